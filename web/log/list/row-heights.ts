/** How many rows share one estimate. */
export const ROWS_PER_BLOCK = 1000;

/** The mean height in px of the rows of a block, which begins with this row. */
export type EstimateHeight = (firstRow: number) => number;

/**
 * Where each row of a list would begin if all rows of a block of 1,000 had the same height.
 *
 * It places the scroll bar and finds the row of a place on it. The rows that are mounted have heights of their own, which are measured.
 */
export class RowHeights {
  #count = 0;
  /** Where each block begins; valid up to `#known`. */
  #tops: number[] = [0];
  #known = 0;

  constructor(private estimate: EstimateHeight) {}

  get count(): number {
    return this.#count;
  }

  /** The height of the whole list. */
  get total(): number {
    return this.top(this.#count);
  }

  /** All blocks are estimated anew, by another rule if one is given. */
  reset(estimate: EstimateHeight = this.estimate): void {
    this.estimate = estimate;
    this.#known = 0;
  }

  setCount(count: number): void {
    if (count === this.#count) return;
    // The block that was the last one had fewer rows, which its estimate may come from.
    const changed = Math.floor(Math.min(count, this.#count) / ROWS_PER_BLOCK);
    this.#known = Math.min(this.#known, changed);
    this.#count = count;
  }

  /** Where a row begins. */
  top(row: number): number {
    const block = Math.floor(row / ROWS_PER_BLOCK);
    const inside = row - block * ROWS_PER_BLOCK;
    const top = this.#topOf(block);
    return inside === 0 ? top : top + inside * this.estimate(block * ROWS_PER_BLOCK);
  }

  height(row: number): number {
    return this.estimate(row - (row % ROWS_PER_BLOCK));
  }

  /** The row at a position of the list. */
  rowAt(position: number): number {
    if (this.#count === 0) return 0;
    let low = 0;
    let high = Math.floor((this.#count - 1) / ROWS_PER_BLOCK);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#topOf(middle) <= position) low = middle;
      else high = middle - 1;
    }
    const first = low * ROWS_PER_BLOCK;
    const inside = Math.floor((position - this.#topOf(low)) / this.estimate(first));
    return Math.max(0, Math.min(this.#count - 1, first + inside));
  }

  #topOf(block: number): number {
    for (let next = this.#known; next < block; next++)
      this.#tops[next + 1] = (this.#tops[next] ?? 0) + ROWS_PER_BLOCK * this.estimate(next * ROWS_PER_BLOCK);
    this.#known = Math.max(this.#known, block);
    return this.#tops[block] ?? 0;
  }
}
