import type { Offset } from '../log/offset';

/** A part of a log, which begins with a line, and the descriptor of a file that has each byte at its offset. */
export interface FileSpan {
  readonly fd: number;
  readonly from: Offset;
  readonly until: Offset;
}

/** What a thread does that reads a file itself: it goes past the lines that do not match. */
export interface SkipJob extends FileSpan {
  readonly text: string;
  readonly isRegex: boolean;
  readonly ignoreCase: boolean;
}

/** How far lines were passed over. */
export interface SkippedLines {
  /** Where a line begins. */
  readonly offset: Offset;
  /** How many newlines were passed over. */
  readonly newlines: number;
  /** The line matches, or only a reader of the log can go on with it. Otherwise it ends at `until` or later. */
  readonly isFound: boolean;
}
