/** A time: a date, or text as the server reads it: RFC 3339, Unix seconds, or how long ago, such as `10m`. */
export type Moment = Date | string;

const DURATION =
  /^(?=\d)(?:(\d{1,9}(?:\.\d{1,9})?)d)?(?:(\d{1,9}(?:\.\d{1,9})?)h)?(?:(\d{1,9}(?:\.\d{1,9})?)m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/;

/** Milliseconds of the units of a duration, in their order. */
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/** A time that stays the same over several requests, although the server counts a duration back from each of them. */
export class FixedMoment {
  readonly #begunAt = performance.now();
  readonly #agoMs: number | undefined;

  constructor(private readonly moment: Moment) {
    this.#agoMs = typeof moment === 'string' ? parseAgo(moment) : undefined;
  }

  /** The text for a request that is sent now. */
  get text(): string {
    if (typeof this.moment !== 'string') return this.moment.toISOString();
    if (this.#agoMs === undefined) return this.moment;
    const elapsed = Math.floor(performance.now() - this.#begunAt);
    // An older server knows no fractions.
    if (elapsed === 0 && !this.moment.includes('.')) return this.moment;
    const ms = Math.round(this.#agoMs) + elapsed;
    return `${Math.floor(ms / 1000)}s${ms % 1000}ms`;
  }
}

/** @returns milliseconds, or `undefined` for a text that is not a duration */
function parseAgo(text: string): number | undefined {
  const [whole, ...counts] = DURATION.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return UNITS_MS.reduce((sum, ms, unit) => sum + ms * Number(counts[unit] ?? 0), 0);
}
