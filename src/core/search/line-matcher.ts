import type { CountedMatches, FileSpan, SkippedLines } from './file-job';

/** Where a text was found in a line: from and to, in UTF-16 code units of the line's text. */
export type Place = readonly [from: number, to: number];

/** How many places of one line a search returns. */
export const PLACES_MAX = 1_000;

/** A line of a block that was found. */
export interface LineHit {
  /** The index of its first byte in the block. */
  readonly begin: number;
  /** The index of its newline, or the length of the block. */
  readonly end: number;
  /** Absent: `LineMatcher.placesIn` finds them. */
  readonly places?: readonly Place[];
}

/** Decides which lines a search is about. */
export interface LineMatcher {
  /**
   * Yields the lines of a block that match, in their order. Each step is small or runs in another thread.
   * @param block whole lines; the last one may have no newline
   * @throws the signal's reason; SearchTooCostly; ExpressionInvalid
   */
  hits(block: Buffer, signal: AbortSignal): AsyncIterable<readonly LineHit[]>;
  /**
   * Goes past lines of a file that do not match, in another thread. Absent: it has none for that.
   * @throws the signal's reason; SearchTooCostly
   */
  skip?(span: FileSpan, signal: AbortSignal): Promise<SkippedLines>;
  /**
   * Counts lines of a file that match, in another thread. Absent: it has none for that.
   * @throws as `skip`
   */
  count?(span: FileSpan, signal: AbortSignal): Promise<CountedMatches>;
  /** @param line the bytes of a line that matched, or their beginning; `text` is what they decode to */
  placesIn(line: Buffer, text: string): readonly Place[];
  /** Gives the search the time anew that it may use. */
  renew(): void;
}
