import type { Query } from '../wire/endpoint';
import type { ReadFormat } from './read-format';
import type { ReadPosition } from './read-position';

const LF = 0x0a;

/** What the server puts before a line, such as `2026-11-29T05:43:13.123Z `. It does so at the beginning of an answer, too. */
const TIMESTAMP_BYTES = 25;

/** The bytes with the time of each line before it. A line that was interrupted has its time once. */
export class TimestampFormat implements ReadFormat<Uint8Array> {
  readonly query: Query = { timestamps: true };
  /** What came of the timestamp of the present line. */
  #timestamp: Uint8Array[] = [];
  #missing = 0;
  /** Whether the bytes that were yielded end within a line. */
  #isInLine = false;

  constructor(private readonly position: ReadPosition) {}

  begin(): void {
    this.#beginLine();
  }

  *push(piece: Uint8Array): Generator<Uint8Array, void> {
    const shown: Uint8Array[] = [];
    for (let rest = piece; rest.length > 0; ) {
      if (this.#missing > 0) {
        const part = rest.subarray(0, this.#missing);
        this.#timestamp.push(part);
        this.#missing -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const newline = rest.indexOf(LF);
      const line = newline === -1 ? rest : rest.subarray(0, newline + 1);
      rest = rest.subarray(line.length);
      this.#show(line, shown);
      if (newline !== -1) this.#beginLine();
    }
    if (shown.length > 0) yield joined(shown);
  }

  #beginLine(): void {
    this.#timestamp = [];
    this.#missing = TIMESTAMP_BYTES;
  }

  /** Adds to `shown` what was not read before, after the timestamp if it begins a line. */
  #show(line: Uint8Array, shown: Uint8Array[]): void {
    const taken = this.position.take(line);
    if (taken.length === 0) return;
    if (!this.#isInLine) shown.push(...this.#timestamp);
    this.#isInLine = taken.at(-1) !== LF;
    shown.push(taken);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
