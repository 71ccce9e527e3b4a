/** A line of a log, as a digest has it. */
export interface DigestLine {
  /** From 1. */
  readonly line: number;
  /** When it was begun, in Unix milliseconds, if that is known. */
  readonly at: number | undefined;
  /** Without its newline. */
  readonly text: string;
  /** The text is not the whole line. */
  readonly isCut: boolean;
}

/** A line that reports an error, and the lines around it. */
export interface ErrorLine extends DigestLine {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A time in which nothing was stored. */
export interface Silence {
  /** In milliseconds. */
  readonly ms: number;
  /** When it began, in Unix milliseconds. */
  readonly at: number;
  /** The line that has the first byte after it. Absent: nothing has come since. */
  readonly line?: number;
}

/** How long a fold of lines took. */
export interface FoldTime {
  /** Of its heading. */
  readonly line: number;
  /** Its last line. Absent: it has not ended. */
  readonly end?: number;
  /** May have escape sequences. */
  readonly title: string;
  readonly ms: number;
}

/** What is worth knowing first of a log. */
export interface LogDigest {
  readonly lines: number;
  readonly errorCount: number;
  readonly firstErrors: readonly ErrorLine[];
  /** Those that are not among the first. */
  readonly lastErrors: readonly ErrorLine[];
  /** The longest first. */
  readonly silences: readonly Silence[];
  /** The longest first. */
  readonly folds: readonly FoldTime[];
  readonly lastLines: readonly DigestLine[];
  /** Of a part of the log errors, folds or silences are not known: it is too large, or the expressions take too much time. */
  readonly isPartial: boolean;
}
