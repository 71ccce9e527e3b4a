/** A JSON answer ends in a line feed, so that a shell's prompt stands on a line of its own after `curl`. */
export function jsonBody(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
