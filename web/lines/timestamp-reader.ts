const ZERO = 0x30;
const MINUTE_MS = 60_000;

/** Reads `YYYY-MM-DDThh:mm:ss.mmmZ` from bytes. Neighbouring lines are of the same day, whose begin is computed once. */
export class TimestampReader {
  #day = 0;
  #dayMs = 0;

  /** @returns unix milliseconds, NaN if there is no time */
  read(bytes: Uint8Array): number {
    const day = digits(bytes, 0, 4) * 10_000 + digits(bytes, 5, 2) * 100 + digits(bytes, 8, 2);
    if (!(day > 0)) return Number.NaN;
    if (day !== this.#day) {
      this.#day = day;
      this.#dayMs = Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
    }
    const minutes = digits(bytes, 11, 2) * 60 + digits(bytes, 14, 2);
    return this.#dayMs + minutes * MINUTE_MS + digits(bytes, 17, 2) * 1_000 + digits(bytes, 20, 3);
  }
}

/** NaN if one of them is not a digit. */
function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
