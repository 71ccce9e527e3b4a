/** Who defined the syntax of a marker. A fold is closed only by a marker of its own family. */
export type MarkerFamily = 'github' | 'gitlab' | 'buildkite';

/** How bad it is what an annotation reports. */
export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** Begins a fold. */
export interface OpenMarker {
  readonly kind: 'open';
  readonly family: MarkerFamily;
  /** What is shown of the fold while it is closed. May have escape sequences. */
  readonly title: string;
  /** The fold begins closed. */
  readonly collapsed: boolean;
  /** GitLab: what its end has to name, too. */
  readonly name?: string;
  /** Unix seconds, if they are known: those of GitLab's marker. */
  readonly time?: number;
  /** Buildkite `~~~`: less important than the others. */
  readonly muted?: true;
}

/** Ends a fold. */
export interface CloseMarker {
  readonly kind: 'close';
  readonly family: MarkerFamily;
  readonly name?: string;
  /** As `OpenMarker.time`. */
  readonly time?: number;
}

/** Buildkite `^^^ +++`: opens the fold it is in. */
export interface ExpandMarker {
  readonly kind: 'expand';
  readonly family: 'buildkite';
}

/** GitHub `::error file=a.c,line=7::message`. */
export interface AnnotationMarker {
  readonly kind: 'annotation';
  readonly level: AnnotationLevel;
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly fileLine?: number;
}

/** What one line says about folds and annotations. */
export type Marker = OpenMarker | CloseMarker | ExpandMarker | AnnotationMarker;
