import type { Segment } from './segment';

/** What is near the viewport many times over, and little beside the page itself. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The segments that are kept, ordered by line. They do not overlap. Those that were not used for longest go first. */
export class SegmentCache {
  #segments: Segment[] = [];
  #clock = 0;
  #keptFrom = 1;
  #keptTo = 0;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** The segment that has this line. */
  find(line: number): Segment | undefined {
    const segment = this.before(line);
    if (segment === undefined || segment.last < line) return undefined;
    this.#clock += 1;
    segment.usedAt = this.#clock;
    return segment;
  }

  /** The last segment that begins at this line or before it. */
  before(line: number): Segment | undefined {
    return this.#segments[this.#indexBehind(line) - 1];
  }

  /** The first segment that begins behind this line. */
  after(line: number): Segment | undefined {
    return this.#segments[this.#indexBehind(line)];
  }

  /** Lines whose segments stay, even if others are newer, unless they take four times the bound. */
  keep(from: number, to: number): void {
    this.#keptFrom = from;
    this.#keptTo = to;
  }

  add(segment: Segment): void {
    this.#clock += 1;
    segment.usedAt = this.#clock;
    this.#segments.splice(this.#indexBehind(segment.first), 0, segment);
    this.#evict(segment);
  }

  remove(segment: Segment): void {
    this.#segments = this.#segments.filter((one) => one !== segment);
  }

  clear(): void {
    this.#segments = [];
  }

  /** Never the newest, so that what was just loaded can be shown. */
  #evict(newest: Segment): void {
    let bytes = this.bytes;
    while (bytes > this.maxBytes) {
      const others = this.#segments.filter((one) => one !== newest);
      const free = others.filter(({ first, last }) => first > this.#keptTo || last < this.#keptFrom);
      const oldest = leastUsed(free) ?? (bytes > 4 * this.maxBytes ? leastUsed(others) : undefined);
      if (oldest === undefined) return;
      this.remove(oldest);
      bytes -= oldest.size;
    }
  }

  #indexBehind(line: number): number {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle]?.first ?? 0) <= line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function leastUsed(segments: readonly Segment[]): Segment | undefined {
  return segments.reduce<Segment | undefined>(
    (found, one) => (found === undefined || one.usedAt < found.usedAt ? one : found),
    undefined,
  );
}
