import { GrowingArray } from './growing-array';

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

/** From, to: lines, both included. */
export type LineRun = readonly [from: number, to: number];

/** Runs of lines that have rows, in ascending order. A look-up takes O(log n), and the memory is that of the runs. */
export class LineRuns implements RowMap {
  readonly rows: number;
  readonly #firstLines = new GrowingArray();
  readonly #firstRows = new GrowingArray();

  /** @param shown ascending, without overlaps */
  constructor(shown: Iterable<LineRun>) {
    let rows = 0;
    for (const [from, to] of shown) {
      if (to < from) continue;
      this.#firstLines.push(from);
      this.#firstRows.push(rows);
      rows += to - from + 1;
    }
    this.rows = rows;
  }

  lineAt(row: number): number {
    if (this.rows === 0) return 0;
    const existing = Math.min(Math.max(0, row), this.rows - 1);
    const at = this.#firstRows.lastAtMost(existing);
    return this.#firstLines.at(at) + existing - this.#firstRows.at(at);
  }

  rowOf(line: number): number {
    const at = this.#firstLines.lastAtMost(line);
    if (at < 0) return 0;
    const isLast = at + 1 === this.#firstRows.length;
    const lastRow = (isLast ? this.rows : this.#firstRows.at(at + 1)) - 1;
    return Math.min(lastRow, this.#firstRows.at(at) + line - this.#firstLines.at(at));
  }

  has(line: number): boolean {
    return this.rows > 0 && this.lineAt(this.rowOf(line)) === line;
  }
}

/** The lines from 1 to `lines` except those that are hidden, which ascend and do not overlap. */
export function* runsBetween(hidden: Iterable<LineRun>, lines: number): Generator<LineRun> {
  let next = 1;
  for (const [from, to] of hidden) {
    if (from > lines) break;
    yield [next, from - 1];
    next = Math.max(next, to + 1);
  }
  yield [next, lines];
}

/** Lines with so many others around each, as runs. The lines ascend. */
export function* runsAround(of: Iterable<number>, context: number, lines: number): Generator<LineRun> {
  let run: LineRun | undefined;
  for (const line of of) {
    const [from, to] = [Math.max(1, line - context), Math.min(lines, line + context)];
    if (run !== undefined && from <= run[1] + 1) run = [run[0], Math.max(run[1], to)];
    else {
      if (run !== undefined) yield run;
      run = [from, to];
    }
  }
  if (run !== undefined) yield run;
}

/** So many hidden lines are loaded with the others, rather than by requests of their own. */
const MAX_BETWEEN = 500;
const MAX_APART = 2_000;

/**
 * The lines between two that have rows, those in the middle first.
 * @returns undefined if there is little between them that has none: they are a range
 */
export function linesApart(from: number, to: number, rows: RowMap): number[] | undefined {
  const [first, last] = [rows.rowOf(from), rows.rowOf(to)];
  if (rows.rows === 0 || to - from - (last - first) <= MAX_BETWEEN) return undefined;
  const middle = (first + last) / 2;
  return Array.from({ length: Math.min(MAX_APART, last - first + 1) }, (_, at) => first + at)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
    .map((row) => rows.lineAt(row));
}
