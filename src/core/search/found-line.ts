import type { Offset } from '../log/offset';
import type { Place } from './line-matcher';

/** A line that a search has found. */
export interface FoundLine {
  /** From 1. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: Offset;
  /** Where the next line begins, or where the line was cut. */
  readonly end: Offset;
  /** When it was begun, in Unix milliseconds, if that is known. */
  readonly at: number | undefined;
  /** Without its newline. */
  readonly text: string;
  /** The text is not the whole line. */
  readonly isCut: boolean;
  readonly places: readonly Place[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}
