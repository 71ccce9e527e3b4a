import type { AnnotationLevel } from './marker';

/** A fold of lines. Its first line is its heading, which always has a row if the fold around it is open. */
export interface Fold {
  /** Of its heading. It is the key of the fold as well. */
  readonly line: number;
  /** Its last line, also that of its end marker. Undefined while it has not ended. */
  readonly end: number | undefined;
  /** 0 for a fold that is in no other. */
  readonly depth: number;
  /** May have escape sequences: `tokenize` it. */
  readonly title: string;
  readonly muted: boolean;
  /** How long it took, where its markers have times. */
  readonly seconds: number | undefined;
  readonly closed: boolean;
}

/** What a line reports about the log or a file: an error, a warning or a notice. */
export interface Annotation {
  readonly line: number;
  readonly level: AnnotationLevel;
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly fileLine?: number;
}
