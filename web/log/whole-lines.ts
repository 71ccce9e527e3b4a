import type { LogLine } from '../lines/log-line';

const LINES_MAX = 20;
/** UTF-16 units, of which a span in another colour counts as many as it takes memory. */
const SIZE_MAX = 8_000_000;
const SPAN_SIZE = 100;

/** The long lines of which all was loaded. Those that were loaded first go first. */
export class WholeLines {
  readonly #lines = new Map<number, LogLine>();
  #size = 0;

  get(line: number): LogLine | undefined {
    return this.#lines.get(line);
  }

  /** The newest stays, however long it is. */
  add(line: LogLine): void {
    this.#remove(line.number);
    this.#lines.set(line.number, line);
    this.#size += sizeOf(line);
    for (const number of this.#lines.keys()) {
      if (number === line.number || (this.#lines.size <= LINES_MAX && this.#size <= SIZE_MAX)) return;
      this.#remove(number);
    }
  }

  #remove(number: number): void {
    const line = this.#lines.get(number);
    if (line === undefined) return;
    this.#lines.delete(number);
    this.#size -= sizeOf(line);
  }
}

function sizeOf({ text, spans }: LogLine): number {
  return text.length + spans.length * SPAN_SIZE;
}
