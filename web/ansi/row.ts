import type { Span, Style } from './span';

/** How a piece of text is written: one for all characters of it. */
export interface Pen {
  readonly style: Style;
  readonly href: string | undefined;
  readonly kind: Span['kind'];
}

/** What a line is written to, as to a row of a terminal. */
export interface Row {
  put(text: string, pen: Pen): void;
  /** To an absolute column from 0. */
  moveTo(column: number): void;
  /** By columns, to the left if negative. */
  moveBy(columns: number): void;
  /** `end`: from the cursor on. `begin`: up to the cursor. */
  erase(what: 'end' | 'begin' | 'all'): void;
}

/** What is left of a line in the end. */
export interface WrittenRow {
  readonly spans: readonly Span[];
  /** There was more than the row takes. */
  readonly cut: boolean;
}
