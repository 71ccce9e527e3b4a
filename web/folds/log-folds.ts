import type { Annotation, Fold } from '../../src/markers/fold';
import { FoldTree, type TreeFold } from '../../src/markers/fold-tree';
import type { Marker } from '../../src/markers/marker';
import { type LineRun, LineRuns, type RowMap, runsBetween } from '../lines/line-runs';
import type { Folds } from './folds';

/** Markers that arrive while the stored ones are fetched; more are not kept. */
const MAX_PENDING = 20_000;
/** Lines that were revealed before the folds are known: the linked one, and those that were searched for. */
const MAX_REVEALED = 16;

/** The folds of a log that grows, and which of them are closed. */
export class LogFolds implements Folds {
  #tree = new FoldTree();
  #pending: (readonly [line: number, marker: Marker])[] = [];
  #isLoading = true;
  #enabled = true;
  #lines = 0;
  #rows: RowMap | undefined;
  #searchedTo: number | undefined;
  #revealed: readonly number[] = [];

  /** @param onChanged rows or headings are different */
  constructor(private readonly onChanged: () => void) {}

  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    this.#changed();
  }

  get rows(): RowMap {
    this.#rows ??= new LineRuns(runsBetween(this.#hidden(), this.#lines));
    return this.#rows;
  }

  get count(): number {
    return this.#tree.folds.length;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  get truncatedAt(): number | undefined {
    return this.#searchedTo ?? this.#tree.truncatedAt;
  }

  get annotations(): readonly Annotation[] {
    return this.#tree.annotations;
  }

  /** How many lines the log has by now. */
  setLines(lines: number): void {
    if (lines === this.#lines) return;
    this.#lines = lines;
    this.#rows = undefined;
  }

  /** Markers of a stored line, in the order of the lines. */
  addStored(line: number, markers: readonly Marker[]): void {
    for (const marker of markers) this.#tree.add(line, marker, true);
  }

  /** Markers of a line that arrived. Folds that end from here on stay open, so that nothing vanishes under the reader. */
  addLive(line: number, markers: readonly Marker[]): void {
    for (const marker of markers) {
      if (!this.#isLoading) this.#tree.add(line, marker, false);
      else if (this.#pending.length < MAX_PENDING) this.#pending.push([line, marker]);
    }
    if (markers.length > 0 && !this.#isLoading) this.#changed();
  }

  /** All stored markers are there. @param searchedTo the line behind which they were not searched, if there is one */
  storedLoaded(searchedTo?: number): void {
    this.#isLoading = false;
    this.#searchedTo = searchedTo;
    for (const [line, marker] of this.#pending) this.#tree.add(line, marker, false);
    this.#pending = [];
    for (const line of this.#revealed) this.reveal(line);
    this.#revealed = [];
    this.#changed();
  }

  /** Another log, or the same one from the begin. */
  reset(): void {
    this.#tree = new FoldTree();
    this.#pending = [];
    this.#isLoading = true;
    this.#searchedTo = undefined;
    this.#changed();
  }

  at(line: number): Fold | undefined {
    const fold = this.#lastBefore(line);
    return fold?.line === line && this.#enabled ? fold : undefined;
  }

  around(line: number): Fold | undefined {
    return this.#enabled ? this.#around(line) : undefined;
  }

  next(line: number): Fold | undefined {
    const from = this.#indexOf(line) + 1;
    return this.#enabled ? this.#tree.folds.slice(from).find((fold) => this.rows.has(fold.line)) : undefined;
  }

  previous(line: number): Fold | undefined {
    const to = this.#indexOf(line - 1) + 1;
    return this.#enabled
      ? this.#tree.folds.slice(0, to).findLast((fold) => this.rows.has(fold.line))
      : undefined;
  }

  toggle(line: number): void {
    const fold = this.#lastBefore(line);
    if (fold?.line !== line) return;
    fold.closed = !fold.closed;
    this.#changed();
  }

  setAllClosed(closed: boolean): void {
    for (const fold of this.#tree.folds) fold.closed = closed;
    this.#changed();
  }

  reveal(line: number): boolean {
    // The folds around it may still be on their way.
    if (this.#isLoading) this.#revealed = [line, ...this.#revealed].slice(0, MAX_REVEALED);
    let isChanged = false;
    for (let fold = this.#around(line); fold !== undefined; fold = fold.parent) {
      if (!fold.closed || fold.line === line) continue;
      fold.closed = false;
      isChanged = true;
    }
    if (isChanged) this.#changed();
    return isChanged;
  }

  /** The lines within closed folds, except their headings. */
  *#hidden(): Generator<LineRun> {
    if (!this.#enabled) return;
    let hiddenTo = 0;
    for (const { closed, line, end = this.#lines } of this.#tree.folds) {
      if (!closed || line <= hiddenTo || end <= line) continue;
      hiddenTo = end;
      yield [line + 1, end];
    }
  }

  #around(line: number): TreeFold | undefined {
    let fold = this.#lastBefore(line);
    while (fold?.end !== undefined && fold.end < line) fold = fold.parent;
    return fold;
  }

  #lastBefore(line: number): TreeFold | undefined {
    return this.#tree.folds[this.#indexOf(line)];
  }

  /** Of the last fold that begins at this line or before it, -1 if there is none. */
  #indexOf(line: number): number {
    const { folds } = this.#tree;
    let [low, high] = [0, folds.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((folds[middle]?.line ?? 0) <= line) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #changed(): void {
    this.#rows = undefined;
    this.onChanged();
  }
}
