import type { Annotation, Fold } from '../../src/markers/fold';
import type { RowMap } from '../lines/line-runs';

/** The folds and annotations of a log, and which folds are closed on this page. Changes are reported by the `LogSource`. */
export interface Folds {
  /** One switch for all: while it is off, every line has a row. */
  enabled: boolean;
  /** The lines that have a row. */
  readonly rows: RowMap;
  /** How many folds there are. */
  readonly count: number;
  /** The markers of the stored lines are still being fetched. */
  readonly isLoading: boolean;
  /** There are more markers than are kept; the folds and annotations behind this line are not known. */
  readonly truncatedAt: number | undefined;
  /** The fold whose heading this line is. */
  at(line: number): Fold | undefined;
  /** The innermost fold that this line is in, also as its heading. */
  around(line: number): Fold | undefined;
  /** The heading of the next or the one before, for the keys `]` and `[`. Only those that have a row. */
  next(line: number): Fold | undefined;
  previous(line: number): Fold | undefined;
  /** @param line of a heading */
  toggle(line: number): void;
  setAllClosed(closed: boolean): void;
  /** Opens all folds around a line, so that it has a row. @returns whether one was closed */
  reveal(line: number): boolean;
  readonly annotations: readonly Annotation[];
}
