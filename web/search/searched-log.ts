import { LineRuns, type RowMap, runsAround } from '../lines/line-runs';
import type { Columns } from './match-columns';
import { SearchPart } from './search-part';

/** What was found in a log: from the reader's line on, which is searched first, and before it. */
export class SearchedLog {
  readonly ahead: SearchPart;
  readonly before: SearchPart;

  /** @param from the line where the reader is */
  constructor(readonly from = 1) {
    this.ahead = new SearchPart(from);
    this.before = new SearchPart(1, from);
  }

  get count(): number {
    return this.before.found.count + this.ahead.found.count;
  }

  get isDone(): boolean {
    return this.ahead.isDone && this.before.isDone;
  }

  /** @returns the number of a match from 1, 0 if this line is none, or there may be others before it */
  ordinalOf(line: number): number {
    const ordinal = this.#partOf(line).found.ordinalOf(line);
    if (ordinal === 0 || line < this.from) return ordinal;
    return this.before.isDone ? this.before.found.count + ordinal : 0;
  }

  has(line: number): boolean {
    return this.#partOf(line).found.ordinalOf(line) > 0;
  }

  columnsOf(line: number): readonly Columns[] {
    return this.#partOf(line).found.columnsOf(line);
  }

  /**
   * The match that follows a line, or the one before it; beyond the ends of the log it goes on at the other one.
   * @returns the part that has to be searched first to know it; undefined if there is no match
   */
  step(line: number, by: 1 | -1): number | SearchPart | undefined {
    const own = this.#partOf(line);
    const other = own === this.ahead ? this.before : this.ahead;
    const edge = by > 0 ? 0 : Number.POSITIVE_INFINITY;
    for (const [part, start] of [
      [own, line],
      [other, edge],
      [own, edge],
    ] as const) {
      const nearest = part.nearest(start, by);
      if (nearest === undefined) return part;
      if (nearest > 0) return nearest;
    }
    return undefined;
  }

  /** Rows for the lines that were found, with so many others around each. */
  rows(context: number, lines: number): RowMap {
    return new LineRuns(runsAround(this.#all(), context, lines));
  }

  #partOf(line: number): SearchPart {
    return line < this.from ? this.before : this.ahead;
  }

  *#all(): Generator<number> {
    yield* this.before.found;
    yield* this.ahead.found;
  }
}
