import { countNewlines } from '../core/lines/newlines';
import { advance } from '../core/log/offset';
import { timeOf } from '../core/log/time-mark';
import { TimeSlices } from '../core/scheduling/time-slices';
import type { LineBlock } from '../core/search/line-blocks';
import type { LineMatcher } from '../core/search/line-matcher';
import { FoldTree } from '../markers/fold-tree';
import type { Marker } from '../markers/marker';
import { markersOf } from '../markers/markers-of';
import { lineText } from './line-text';
import type { FoldTime } from './log-digest';
import { Longest } from './longest';

/** How many folds are looked at. Their titles are in memory. */
const FOLDS_MAX = 2_000;

/** How many lines with markers are looked at. */
const MARKED_LINES_MAX = 100_000;

const FOLDS_KEPT = 10;

/** How long the folds of a log took: by the times of their markers, or else by those of the lines. */
export class FoldTimes {
  readonly #tree = new FoldTree();
  /** When each fold began, by the line of its heading, in Unix milliseconds. */
  readonly #begins = new Map<number, number>();
  #marked = 0;
  #opened = 0;

  constructor(private readonly matcher: LineMatcher) {}

  /** There are more than are looked at. */
  get isFull(): boolean {
    return this.#opened >= FOLDS_MAX || this.#marked >= MARKED_LINES_MAX;
  }

  /**
   * @param block follows the one before
   * @param line the number of its first line
   * @throws as `LineMatcher.hits`
   */
  async push({ bytes, from, times }: LineBlock, line: number, signal: AbortSignal): Promise<void> {
    const slices = new TimeSlices(signal);
    let [at, counted] = [line, 0];
    for await (const hits of this.matcher.hits(bytes, signal)) {
      for (const { begin, end } of hits) {
        if (this.isFull) return;
        at += countNewlines(bytes.subarray(counted, begin));
        counted = begin;
        this.#marked += 1;
        const time = timeOf(times, advance(from, begin));
        for (const marker of markersOf(lineText(bytes.subarray(begin, end)).text))
          this.#add(at, marker, time);
        if (slices.isOver) await slices.next();
      }
    }
  }

  /** @param endedAt when the log ended, or the present time, in Unix milliseconds @returns the longest first */
  end(endedAt: number): readonly FoldTime[] {
    const longest = new Longest<FoldTime>(FOLDS_KEPT);
    for (const { line, end, title, seconds } of this.#tree.folds) {
      const begin = this.#begins.get(line);
      const open = end === undefined && begin !== undefined ? Math.max(0, endedAt - begin) : undefined;
      const ms = seconds === undefined ? open : Math.round(seconds * 1_000);
      if (ms !== undefined) longest.add({ line, ...(end !== undefined && { end }), title, ms });
    }
    return longest.all;
  }

  #add(line: number, marker: Marker, at: number | undefined): void {
    if (marker.kind === 'annotation' || marker.kind === 'expand') return;
    const time = marker.time ?? (at === undefined ? undefined : at / 1_000);
    if (marker.kind === 'open') {
      this.#opened += 1;
      if (time !== undefined) this.#begins.set(line, time * 1_000);
    }
    this.#tree.add(line, time === undefined ? marker : { ...marker, time }, false);
  }
}
