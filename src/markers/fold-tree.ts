import type { Annotation, Fold } from './fold';
import type { CloseMarker, Marker, OpenMarker } from './marker';

/** Folds within more folds than this are not made; their lines belong to the folds around them. */
export const MAX_DEPTH = 32;
/** More than a person folds. */
export const MAX_FOLDS = 20_000;
const MAX_ANNOTATIONS = 1_000;
/** Folds that have not ended, also those that are too deep. Those that begin within more are ignored: such a log ends none. */
const MAX_OPEN = 20_000;

/** A fold that is built. Only its tree writes it. */
export interface TreeFold extends Fold {
  end: number | undefined;
  seconds: number | undefined;
  closed: boolean;
  /** It begins closed. */
  collapsed: boolean;
  readonly parent: TreeFold | undefined;
}

/** A fold that has not ended. */
interface OpenFold {
  readonly marker: OpenMarker;
  readonly line: number;
  /** Undefined if it is too deep. */
  readonly fold: TreeFold | undefined;
}

/**
 * The folds of a log, built from its markers in the order of their lines. The tree depends on the markers alone, and not on when they came.
 *
 * A marker ends the innermost open fold of its family, or, in GitLab, of its name, and with it those within. Headings of Buildkite
 * do not nest: each ends the one before. A `+++` right behind a `---` is the head of a diff, and neither is a heading.
 */
export class FoldTree {
  readonly folds: TreeFold[] = [];
  readonly annotations: Annotation[] = [];
  /** There were more folds than are kept: those behind this line are missing. */
  truncatedAt: number | undefined;
  readonly #open: OpenFold[] = [];
  /** How many folds of a family and name are open. */
  readonly #openOf = new Map<string, number>();
  /** What the last `---` ended. */
  #endedByHeading: readonly OpenFold[] = [];
  #headingLine = 0;
  /** Those whose end marker is on the line that was added last. */
  #endedHere: TreeFold[] = [];
  #line = 0;

  /** @param beginsClosed whether folds that end from here on are closed as their markers say */
  add(line: number, marker: Marker, beginsClosed: boolean): void {
    if (line !== this.#line) this.#endedHere = [];
    this.#line = line;
    switch (marker.kind) {
      case 'annotation':
        this.#annotate(line, marker);
        return;
      case 'expand':
        this.#expand();
        return;
      case 'close':
        this.#close(line, marker, beginsClosed);
        return;
      case 'open':
        this.#begin(line, marker, beginsClosed);
    }
  }

  #annotate(line: number, { kind, ...annotation }: Extract<Marker, { kind: 'annotation' }>): void {
    if (this.annotations.length < MAX_ANNOTATIONS) this.annotations.push({ line, ...annotation });
  }

  #expand(): void {
    const fold = this.#open.findLast(({ marker }) => marker.family === 'buildkite')?.fold;
    if (fold === undefined) return;
    fold.collapsed = false;
    fold.closed = false;
  }

  #close(line: number, marker: CloseMarker, beginsClosed: boolean): void {
    if (!this.#openOf.has(keyOf(marker))) return;
    const key = keyOf(marker);
    for (;;) {
      const open = this.#pop();
      if (open === undefined) return;
      end(open, line, beginsClosed, marker.time);
      if (open.fold !== undefined) this.#endedHere.push(open.fold);
      if (keyOf(open.marker) === key) return;
    }
  }

  #begin(line: number, marker: OpenMarker, beginsClosed: boolean): void {
    if (marker.family === 'buildkite' && !this.#beginHeading(line, marker, beginsClosed)) return;
    if (this.#open.length >= MAX_OPEN) return;
    const parent = this.#open.findLast(({ fold }) => fold !== undefined)?.fold;
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const isFirstOfLine = this.folds.at(-1)?.line !== line;
    const hasRoom = this.folds.length < MAX_FOLDS;
    if (!hasRoom) this.truncatedAt ??= line;
    const fold =
      depth < MAX_DEPTH && isFirstOfLine && hasRoom ? foldOf(line, marker, depth, parent) : undefined;
    if (fold !== undefined) {
      // The line of a heading is not in the fold that ends on it.
      for (const ended of this.#endedHere) ended.end = Math.max(ended.line, line - 1);
      this.folds.push(fold);
    }
    this.#push({ marker, line, fold });
  }

  /** @returns whether it is a heading */
  #beginHeading(line: number, marker: OpenMarker, beginsClosed: boolean): boolean {
    const isExpanded = !marker.collapsed;
    if (isExpanded && this.#headingLine === line - 1) {
      this.#retract();
      return false;
    }
    const ended: OpenFold[] = [];
    while (this.#openOf.has(keyOf(marker))) {
      const open = this.#pop();
      if (open === undefined) break;
      end(open, line - 1, beginsClosed, marker.time);
      ended.push(open);
    }
    this.#endedByHeading = ended;
    this.#headingLine = marker.collapsed && marker.muted !== true ? line : 0;
    return true;
  }

  /** The last heading was none: it is removed, and what it ended goes on. */
  #retract(): void {
    const open = this.#pop();
    if (open?.fold !== undefined) this.folds.pop();
    for (const before of this.#endedByHeading.toReversed()) {
      if (before.fold !== undefined) Object.assign(before.fold, { end: undefined, closed: false });
      this.#push(before);
    }
    this.#headingLine = 0;
    this.#endedByHeading = [];
  }

  #push(open: OpenFold): void {
    const key = keyOf(open.marker);
    this.#open.push(open);
    this.#openOf.set(key, (this.#openOf.get(key) ?? 0) + 1);
  }

  #pop(): OpenFold | undefined {
    const open = this.#open.pop();
    if (open === undefined) return undefined;
    const key = keyOf(open.marker);
    const count = (this.#openOf.get(key) ?? 1) - 1;
    if (count === 0) this.#openOf.delete(key);
    else this.#openOf.set(key, count);
    return open;
  }
}

function keyOf({ family, name = '' }: { readonly family: string; readonly name?: string }): string {
  return `${family} ${name}`;
}

function foldOf(line: number, marker: OpenMarker, depth: number, parent: TreeFold | undefined): TreeFold {
  const { title, collapsed, muted = false } = marker;
  return { line, end: undefined, depth, title, muted, collapsed, closed: false, seconds: undefined, parent };
}

function end(
  { fold, marker }: OpenFold,
  line: number,
  beginsClosed: boolean,
  time: number | undefined,
): void {
  if (fold === undefined) return;
  fold.end = Math.max(line, fold.line);
  if (beginsClosed) fold.closed = fold.collapsed;
  if (time !== undefined && marker.time !== undefined) fold.seconds = Math.max(0, time - marker.time);
}
