import type { RowHeights } from './row-heights';

/** Where rows are in the scroll range: those that were measured exactly, the others by their estimate, all from one row. */
export class AnchoredRows {
  /** The row that all others are placed by. */
  row = 0;
  /** Where it begins, in px of the scroll range. */
  y = 0;
  isWrapped = false;
  #measuredFrom = 0;
  #measured: readonly number[] = [];

  constructor(
    private readonly heights: RowHeights,
    private readonly rowHeight: number,
  ) {}

  /** The heights of rows from this one on; none: all are as high as they are estimated. */
  measure(from: number, heights: readonly number[]): void {
    this.#measuredFrom = from;
    this.#measured = heights;
  }

  yOf(row: number): number {
    return row < this.row ? this.y - this.between(row, this.row) : this.y + this.between(this.row, row);
  }

  heightOf(row: number): number {
    return (this.isWrapped ? this.#measured[row - this.#measuredFrom] : undefined) ?? this.estimate(row);
  }

  /** How high rows around this one are on average. */
  estimate(row: number): number {
    return this.isWrapped ? this.heights.height(row) : this.rowHeight;
  }

  between(from: number, to: number): number {
    if (!this.isWrapped) return (to - from) * this.rowHeight;
    const isMeasured = from >= this.#measuredFrom && to <= this.#measuredFrom + this.#measured.length;
    if (!isMeasured) return this.heights.top(to) - this.heights.top(from);
    let height = 0;
    for (let row = from; row < to; row++) height += this.heightOf(row);
    return height;
  }

  /** The row at this place of the scroll range becomes the anchor. Nothing moves. */
  walkTo(place: number): void {
    const last = this.heights.count - 1;
    this.row = Math.max(0, Math.min(this.row, last));
    if (!this.isWrapped) {
      const rows = Math.floor((place - this.y) / this.rowHeight);
      const row = Math.max(0, Math.min(this.row + rows, last));
      this.y += (row - this.row) * this.rowHeight;
      this.row = row;
      return;
    }
    while (this.row < last && this.y + this.heightOf(this.row) <= place) this.y += this.heightOf(this.row++);
    while (this.row > 0 && this.y > place) this.y -= this.heightOf(--this.row);
  }
}
