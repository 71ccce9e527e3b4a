/** A line that is longer is a fault: what comes is bounded. */
const LINE_LENGTH_MAX = 4 * 1024 * 1024;

/** Parses NDJSON that comes in pieces. */
export class JsonLines<Value> {
  #rest = '';

  /** @returns the values that are whole now. @throws RangeError if a line has no end; SyntaxError */
  add(text: string): Value[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_LENGTH_MAX) throw new RangeError('a line is too long');
    return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line));
  }
}
