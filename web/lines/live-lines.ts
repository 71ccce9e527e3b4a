import type { Checkpoints } from './checkpoints';
import { Segment } from './segment';
import type { SegmentCache } from './segment-cache';
import { type LineSink, TimestampedLines } from './timestamped-lines';

const MAX_LINES = 500;
const MAX_BYTES = 131_072;

export interface LiveLinesParts {
  readonly cache: SegmentCache;
  readonly checkpoints: Checkpoints;
  /** A line is whole. @param bytes what is kept of it, valid only during the call */
  readonly onLine: (line: number, bytes: Uint8Array) => void;
}

/** Where the lines that arrive begin. */
export interface LiveStart {
  readonly line: number;
  readonly offset: number;
  /** The begin of this line is not among the bytes: it is loaded as others are. */
  readonly isMidLine: boolean;
}

/** The end of a log as it arrives. Only its last segment is here; what is full goes to the cache, and from there it may be loaded again. */
export class LiveLines implements LineSink {
  readonly #parser = new TimestampedLines(this);
  #segment: Segment;
  /** Bytes of a line whose begin is not here are only counted. */
  #skips: boolean;
  #offset: number;

  constructor(
    private readonly parts: LiveLinesParts,
    start: LiveStart,
  ) {
    this.#skips = start.isMidLine;
    this.#offset = start.offset;
    this.#segment = new Segment(start.isMidLine ? start.line + 1 : start.line, start.offset);
  }

  /** Behind the last byte that arrived. */
  get offset(): number {
    return this.#offset;
  }

  /** How many lines there are by now, the unfinished one included. */
  get lines(): number {
    return this.#segment.last;
  }

  /** The last lines, of which none can be loaded. It may have none yet. */
  get segment(): Segment {
    return this.#segment;
  }

  /** The first bytes of another answer are next. */
  reconnected(): void {
    this.#parser.restart();
  }

  feed(chunk: Uint8Array): void {
    this.#parser.feed(chunk);
  }

  begin(time: number): void {
    if (this.#skips) return;
    const { count, size, isOpen } = this.#segment;
    if (!isOpen && (count >= MAX_LINES || size >= MAX_BYTES)) this.#turnOver();
    if (!isOpen) this.parts.checkpoints.add(this.#segment.last + 1, this.#offset);
    this.#segment.begin(time);
  }

  bytes(chunk: Uint8Array, from: number, to: number): void {
    this.#offset += to - from;
    if (!this.#skips) this.#segment.bytes(chunk, from, to);
  }

  end(): void {
    this.#offset += 1;
    if (this.#skips) {
      this.#skips = false;
      this.#segment = new Segment(this.#segment.first, this.#offset);
      return;
    }
    this.#segment.end();
    this.parts.onLine(this.#segment.last, this.#segment.bytesOf(this.#segment.last));
  }

  #turnOver(): void {
    const full = this.#segment;
    full.seal();
    this.#segment = new Segment(full.last + 1, full.endOffset);
    this.parts.cache.add(full);
  }
}
