import { isAbort } from '../shell/api-error';
import { MAX_SEGMENT_BYTES } from './read-segment';
import type { Segment } from './segment';
import type { SegmentCache } from './segment-cache';

/** Segments begin at multiples of it, so that they fit together whichever way one scrolls. */
const LINES_PER_LOAD = 500;
/** Where lines are so long that fewer fit: so many are loaded before the one that is wanted. */
const LINES_BEFORE = 50;
/** Of lines that are wanted alone, such as headings of closed folds, and those behind them. */
const LINES_APART = 10;
/** A browser has six connections to a server, of which one is the live one. */
const MAX_LOADS = 3;
export const MAX_WANTED = 2_000;

export interface LoaderParts {
  readonly cache: SegmentCache;
  /** Behind this line nothing can be loaded: it is not there, or arrives by itself. */
  readonly lastLoadable: () => number;
  readonly read: (first: number, count: number, signal: AbortSignal) => Promise<Segment>;
  readonly onLoaded: (segment: Segment) => void;
  /** The loader pauses until it is resumed. */
  readonly onFailed: (error: unknown) => void;
}

interface Load {
  readonly from: number;
  readonly to: number;
  readonly abort: AbortController;
}

/** Loads the lines that are wanted, those in the middle first, and aborts what is no longer wanted. */
export class LineLoader {
  #from = 1;
  #to = 0;
  /** What is wanted if it is not a range, in the order in which it is loaded. */
  #apart: readonly number[] | undefined;
  #loads: Load[] = [];
  #isPaused = false;

  constructor(private readonly parts: LoaderParts) {}

  want(from: number, to: number): void {
    const middle = (from + to) >>> 1;
    this.#from = Math.max(1, from, middle - MAX_WANTED / 2);
    this.#to = Math.min(to, middle + MAX_WANTED / 2);
    this.#apart = undefined;
    this.#turnTo();
  }

  /** @param lines with others between them that are not wanted; the first ones first */
  wantApart(lines: readonly number[]): void {
    this.#apart = lines.slice(0, MAX_WANTED);
    this.#turnTo();
  }

  #turnTo(): void {
    for (const { abort } of this.#loads.filter((load) => !this.#isWanted(load))) abort.abort();
    this.#loads = this.#loads.filter((load) => this.#isWanted(load));
    this.pump();
  }

  /** Loads what is missing of what is wanted. */
  pump(): void {
    while (!this.#isPaused && this.#loads.length < MAX_LOADS) {
      const line = this.#nearestMissing();
      if (line === undefined) return;
      void this.#load(line);
    }
  }

  /** Begins nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.pump();
  }

  /** Nothing is wanted any more. */
  stop(): void {
    this.#isPaused = true;
    for (const { abort } of this.#loads) abort.abort();
    this.#loads = [];
  }

  #isWanted({ from, to }: Load): boolean {
    if (this.#apart !== undefined) return this.#apart.some((line) => from <= line && line <= to);
    return from <= this.#to && to >= this.#from;
  }

  async #load(line: number): Promise<void> {
    const { read, cache, onLoaded, onFailed } = this.parts;
    const load = { ...this.#gapAround(line), abort: new AbortController() };
    this.#loads.push(load);
    const { signal } = load.abort;
    try {
      const segment = await read(load.from, load.to - load.from + 1, signal);
      if (signal.aborted) return;
      if (segment.count === 0) throw new Error(`The server has nothing at line ${load.from}`);
      cache.add(segment);
      onLoaded(segment);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.#isPaused = true;
      onFailed(error);
    } finally {
      this.#loads = this.#loads.filter((one) => one !== load);
      this.pump();
    }
  }

  #nearestMissing(): number | undefined {
    if (this.#apart !== undefined) return this.#apart.find((line) => this.#isMissing(line));
    const to = Math.min(this.#to, this.parts.lastLoadable());
    if (to < this.#from) return undefined;
    const middle = Math.min(to, (this.#from + this.#to) >>> 1);
    const below = this.#missing(middle, to, 1);
    const above = this.#missing(middle, this.#from, -1);
    if (below === undefined || above === undefined) return below ?? above;
    return below - middle <= middle - above ? below : above;
  }

  #isMissing(line: number): boolean {
    if (line > this.parts.lastLoadable() || this.parts.cache.find(line) !== undefined) return false;
    return !this.#loads.some(({ from, to }) => from <= line && line <= to);
  }

  /** Goes over what is there or is being loaded segment by segment. */
  #missing(start: number, end: number, direction: 1 | -1): number | undefined {
    let line = start;
    while (direction === 1 ? line <= end : line >= end && line > 0) {
      const segment = this.parts.cache.find(line);
      const load = this.#loads.find(({ from, to }) => from <= line && line <= to);
      if (segment === undefined && load === undefined) return line;
      if (direction === 1) line = (segment?.last ?? load?.to ?? line) + 1;
      else line = (segment?.first ?? load?.from ?? line) - 1;
    }
    return undefined;
  }

  /** The lines around one that are to be loaded with it. */
  #gapAround(line: number): { from: number; to: number } {
    const { cache, lastLoadable } = this.parts;
    const aligned = line - ((line - 1) % LINES_PER_LOAD);
    const before = cache.before(line);
    const after = cache.after(line);
    let from = this.#apart === undefined ? aligned : line;
    if (this.#apart === undefined && before !== undefined && before.last >= aligned) {
      const bytesPerLine = (before.endOffset - before.offset) / before.count;
      const fits = Math.floor(MAX_SEGMENT_BYTES / Math.max(1, bytesPerLine) / 2);
      from = Math.max(before.last + 1, line - Math.min(LINES_BEFORE, fits));
    }
    const fullTo = this.#apart === undefined ? aligned + LINES_PER_LOAD - 1 : line + LINES_APART - 1;
    const to = Math.min(fullTo, lastLoadable(), (after?.first ?? Infinity) - 1);
    return {
      from: Math.max(from, ...this.#loads.filter((load) => load.to < line).map((load) => load.to + 1)),
      to: Math.min(to, ...this.#loads.filter((load) => load.from > line).map((load) => load.from - 1)),
    };
  }
}
