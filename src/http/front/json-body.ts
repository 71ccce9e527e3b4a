/** A JSON answer ends in a line feed, so that a shell's prompt begins a new line after `curl`. */
export function jsonBody(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
