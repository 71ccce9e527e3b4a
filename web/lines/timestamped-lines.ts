import { TimestampReader } from './timestamp-reader';

const LF = 0x0a;
/** `2026-11-29T05:43:13.123Z `, or `-` and blanks if the time is not known. */
const TIMESTAMP_BYTES = 25;

/** Takes the lines of a log in pieces. */
export interface LineSink {
  /** A line begins, or goes on after a connection was lost. @param time unix milliseconds, NaN if it is not known */
  begin(time: number): void;
  /** Bytes of the line, from `from` to before `to`. They are valid only during the call. */
  bytes(chunk: Uint8Array, from: number, to: number): void;
  /** Its LF. */
  end(): void;
}

/** Takes an answer with `?timestamps` apart, at whatever bytes it was split. */
export class TimestampedLines {
  readonly #timestamps = new TimestampReader();
  readonly #stamp = new Uint8Array(TIMESTAMP_BYTES);
  #filled = 0;

  constructor(private readonly sink: LineSink) {}

  /** Before the first byte of another answer. Each begins with a timestamp, also in the middle of a line. */
  restart(): void {
    this.#filled = 0;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#filled < TIMESTAMP_BYTES) {
        at = this.#fill(chunk, at);
        continue;
      }
      const lf = chunk.indexOf(LF, at);
      const end = lf < 0 ? chunk.length : lf;
      if (end > at) this.sink.bytes(chunk, at, end);
      if (lf >= 0) {
        this.sink.end();
        this.#filled = 0;
      }
      at = end + 1;
    }
  }

  #fill(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + TIMESTAMP_BYTES - this.#filled);
    this.#stamp.set(chunk.subarray(at, end), this.#filled);
    this.#filled += end - at;
    if (this.#filled === TIMESTAMP_BYTES) this.sink.begin(this.#timestamps.read(this.#stamp));
    return end;
  }
}
