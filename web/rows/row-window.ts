/** What a window shows of its rows. */
export interface RowSource<Row extends HTMLElement> {
  count(): number;
  /** Names the row at a place, so that its element stays the same while others come and go. */
  keyAt(index: number): string | number;
  build(): Row;
  /** Called whenever a row may show something else than before. */
  fill(row: Row, index: number): void;
}

/** Rows beyond both edges, so that a quick scroll shows no gap. */
const OVERSCAN = 8;
/** Whatever the height of the window. */
const ROWS_MAX = 190;

/**
 * Rows of one height, of which only those on the screen are in the document. Elements are used again, and keep their order.
 * The scroller has one child, whose height is that of all rows.
 */
export class RowWindow<Row extends HTMLElement> {
  readonly #shown = new Map<string | number, Row>();
  readonly #spare: Row[] = [];
  #rowHeight: number;
  #frame = 0;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly canvas: HTMLElement,
    private readonly source: RowSource<Row>,
    /** The custom property that has the height of a row, in px. */
    private readonly heightToken: string,
  ) {
    this.#rowHeight = this.#readHeight();
    scroller.addEventListener('scroll', () => this.schedule(), { passive: true });
    new ResizeObserver(() => {
      this.#rowHeight = this.#readHeight();
      this.schedule();
    }).observe(scroller);
  }

  get rowHeight(): number {
    return this.#rowHeight;
  }

  /** The places that are on the screen, the second not included. */
  get visible(): readonly [first: number, end: number] {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.floor(scrollTop / this.#rowHeight);
    return [first, Math.min(this.source.count(), Math.ceil((scrollTop + clientHeight) / this.#rowHeight))];
  }

  get isAtEnd(): boolean {
    const { scrollTop, clientHeight } = this.scroller;
    return scrollTop + clientHeight >= this.source.count() * this.#rowHeight - this.#rowHeight / 2;
  }

  /** The element of a row, if it is in the document. */
  elementOf(key: string | number): Row | undefined {
    return this.#shown.get(key);
  }

  /** Draws with the next frame, however often it is called before. */
  schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.draw());
  }

  /** Keeps what is on the screen where it is, when rows come or go above it. */
  shift(rows: number): void {
    this.#setHeight();
    this.scroller.scrollTop += rows * this.#rowHeight;
  }

  scrollToEnd(): void {
    this.#setHeight();
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Scrolls as little as needed to show a row, and draws. */
  reveal(index: number): void {
    // Rows that came since the last frame count: without their room, the browser stops before them.
    this.#setHeight();
    const { scrollTop, clientHeight } = this.scroller;
    const top = index * this.#rowHeight;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight)
      this.scroller.scrollTop = top + this.#rowHeight - clientHeight;
    this.draw();
  }

  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#setHeight();
    const [first, end] = this.#range();
    const wanted = new Map<string | number, number>();
    for (let index = first; index < end; index++) wanted.set(this.source.keyAt(index), index);
    this.#removeOthers(wanted);
    this.#place(wanted);
  }

  #range(): [number, number] {
    const [visibleFirst, visibleEnd] = this.visible;
    const first = Math.max(0, visibleFirst - OVERSCAN);
    return [first, Math.min(this.source.count(), visibleEnd + OVERSCAN, first + ROWS_MAX)];
  }

  #removeOthers(wanted: ReadonlyMap<string | number, number>): void {
    for (const [key, row] of this.#shown) {
      if (wanted.has(key)) continue;
      row.remove();
      this.#shown.delete(key);
      if (this.#spare.length < ROWS_MAX) this.#spare.push(row);
    }
  }

  #place(wanted: ReadonlyMap<string | number, number>): void {
    let next = this.canvas.firstElementChild;
    for (const [key, index] of wanted) {
      const row = this.#shown.get(key) ?? this.#spare.pop() ?? this.source.build();
      this.#shown.set(key, row);
      // A row that is in its place is not moved: it would lose the focus.
      if (row === next) next = row.nextElementSibling;
      else this.canvas.insertBefore(row, next);
      row.style.transform = `translateY(${index * this.#rowHeight}px)`;
      this.source.fill(row, index);
    }
  }

  #setHeight(): void {
    this.canvas.style.height = `${this.source.count() * this.#rowHeight}px`;
  }

  #readHeight(): number {
    const height = Number.parseFloat(getComputedStyle(this.scroller).getPropertyValue(this.heightToken));
    return Number.isFinite(height) && height > 0 ? height : 18;
  }
}
