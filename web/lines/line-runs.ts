/**
 * Which lines have a row on the page. Rows are counted from 0, lines from 1. Without folds and filters row 0 is line 1.
 * A snapshot: when lines arrive or a fold is closed, there is another one.
 */
export interface RowMap {
  /** How many rows there are. */
  readonly rows: number;
  /** @returns the line of this row; of a row that does not exist that of the nearest one; 0 if there are no rows */
  lineAt(row: number): number;
  /** @returns the row of this line, or of the last line before it that has one; 0 if there is none */
  rowOf(line: number): number;
  /** Whether this line has a row of its own. */
  has(line: number): boolean;
}
