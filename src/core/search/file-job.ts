import type { Offset } from '../log/offset';

/** A part of a log, which begins with a line, and the descriptor of a file that has each byte at its offset. */
export interface FileSpan {
  readonly fd: number;
  readonly from: Offset;
  readonly until: Offset;
}

/** What lines a thread looks for that reads a file itself. */
export interface FileJob extends FileSpan {
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

/** How many lines of a part of a file match. */
export interface CountedMatches {
  /** Up to where lines were counted: where a line begins. */
  readonly offset: Offset;
  readonly lines: number;
  /** How many of them match. */
  readonly matches: number;
  /** Only a reader of the log can go on there. Otherwise the line ends at `until` or later. */
  readonly isStuck: boolean;
}
