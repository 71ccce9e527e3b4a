import { AnchoredRows } from './anchored-rows';
import { MountedRows, type RowView } from './mounted-rows';
import { type EstimateHeight, RowHeights } from './row-heights';
import { fromScrollPosition, scrollRange, toScrollPosition } from './scroll-range';
import { Scroller } from './scroller';

/** At most this many rows are in the document. */
const ROWS_MAX = 300;
const OVERSCAN_ROWS = 8;
/** A scroll further than this is a jump of the scroll bar; anything shorter moves the rows by just as many px. */
const JUMP_PX = 12_000;
/** Once scrolling rests, the scroll bar is put right if it is further off than this. */
const DRIFT_PX = 600;
const REST_MS = 200;
/** Scroll positions are fractions on some screens. */
const END_SLACK_PX = 2;

export interface ListOptions {
  /** Scrolls; the list is its only content. */
  readonly scroller: HTMLElement;
  createView(): RowView;
  /** The height in px of a row that is not wrapped. */
  readonly rowHeight: number;
  /** After every frame that moved or changed the list. */
  onFrame(): void;
  /** The user has scrolled down to the end. */
  onEndReached(): void;
}

/** Where a row is put in view. `nearest`: it moves only if it is not in view. */
export type Alignment = 'start' | 'center' | 'end' | 'nearest';

/**
 * A list of any number of rows, of which those in view are in the document.
 *
 * One row is the anchor, and all others are placed relative to it. So neither rows that come at the end, nor heights that turn out
 * different from their estimate, nor a scroll range that is shorter than the list move what is in view.
 */
export class VirtualList {
  readonly rows: MountedRows;
  readonly #options: ListOptions;
  readonly #scroller: Scroller;
  readonly #layer = document.createElement('div');
  readonly #heights: RowHeights;
  readonly #anchor: AnchoredRows;
  #isAtEnd = false;
  /** Fewer rows while they race past. */
  #overscan = OVERSCAN_ROWS;
  #layerTop = 0;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ListOptions) {
    this.#options = options;
    this.#heights = new RowHeights(() => options.rowHeight);
    this.#anchor = new AnchoredRows(this.#heights, options.rowHeight);
    this.#scroller = new Scroller(options.scroller, () => this.update());
    this.#layer.className = 'list-layer';
    options.scroller.append(this.#layer);
    this.rows = new MountedRows(this.#layer, () => options.createView());
    options.scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
  }

  get count(): number {
    return this.#heights.count;
  }

  /** The first row in view. */
  get firstVisible(): number {
    return this.#anchor.row;
  }

  /** The last row in view. */
  get lastVisible(): number {
    let { row, y } = this.#anchor;
    for (; row < this.count - 1; row++) {
      y += this.#anchor.heightOf(row);
      if (y >= this.#scroller.bottom) break;
    }
    return row;
  }

  /** The end is in view. */
  get showsEnd(): boolean {
    return this.#scroller.bottom >= this.#scroller.range - END_SLACK_PX;
  }

  /** More than a screen was scrolled since the last frame: nothing of it can be read. */
  get isRacing(): boolean {
    return this.#overscan === 0;
  }

  get isHeldAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Shows the end, and goes on to when rows are added, until it is called with `false` or the user scrolls. */
  holdAtEnd(isAtEnd: boolean): void {
    this.#isAtEnd = isAtEnd;
    this.update();
  }

  setCount(count: number): void {
    this.#heights.setCount(count);
    this.update();
  }

  /** Rows were hidden or shown: row `anchor.from` is row `anchor.to` from now on, and stays where it is. */
  replaceRows(count: number, anchor: { readonly from: number; readonly to: number }): void {
    const offset = this.#anchor.yOf(anchor.from) - this.#scroller.top;
    this.#heights.setCount(count);
    this.#heights.reset();
    this.rows.invalidate();
    this.#place(anchor.to, offset);
  }

  /** Rows take as many lines as their text needs; the estimate says how high they are on average. */
  setWrap(isWrapped: boolean, estimate: EstimateHeight): void {
    const { row, y } = this.#anchor;
    const offset = Math.max(y - this.#scroller.top, 1 - this.#options.rowHeight);
    this.#anchor.isWrapped = isWrapped;
    this.#heights.reset(isWrapped ? estimate : () => this.#options.rowHeight);
    this.#place(row, offset);
  }

  scrollToRow(row: number, alignment: Alignment): void {
    this.#catchUp();
    const { viewHeight, top } = this.#scroller;
    const target = Math.max(0, Math.min(row, this.count - 1));
    const space = viewHeight - this.#anchor.heightOf(target);
    const offset = this.#anchor.yOf(target) - top;
    this.#isAtEnd = false;
    if (alignment === 'start') this.#place(target, 0);
    else if (alignment === 'end') this.#place(target, space);
    else if (alignment === 'center' || offset < -viewHeight || offset > 2 * viewHeight)
      this.#place(target, space / 3);
    else if (offset < 0) this.#place(target, 0);
    else if (offset > space) this.#place(target, space);
  }

  /** At least this wide: a CSS length. */
  setWidth(width: string): void {
    this.#layer.style.minWidth = width === '' ? '' : `max(100%, ${width})`;
  }

  /** Takes in, with the next frame, whatever has changed. */
  update(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#render());
  }

  /** The user may have scrolled since the last frame: what is in view is known only after it. */
  #catchUp(): void {
    cancelAnimationFrame(this.#frame);
    this.#render();
  }

  #onScroll(): void {
    this.update();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#onRest(), REST_MS);
  }

  #render(): void {
    this.#frame = 0;
    const { viewHeight, range } = this.#scroller;
    if (viewHeight === 0) return;
    const delta = this.#scroller.read();
    this.#overscan = Math.abs(delta) > viewHeight ? 0 : OVERSCAN_ROWS;
    if (delta < -1) this.#isAtEnd = false;
    if (delta > 1 && this.#scroller.bottom >= range - END_SLACK_PX) this.#options.onEndReached();
    if (this.#isAtEnd) this.#anchorAtEnd();
    else if (Math.abs(delta) > JUMP_PX) this.#anchorByScrollBar();
    this.#show();
    this.#options.onFrame();
  }

  #anchorByScrollBar(): void {
    const position = fromScrollPosition(this.#scroller.top, this.#heights.total);
    const row = this.#heights.rowAt(position);
    this.#anchor.row = row;
    this.#anchor.y = this.#scroller.top - (position - this.#heights.top(row));
  }

  #anchorAtEnd(): void {
    const range = scrollRange(this.#heights.total);
    this.#anchor.row = Math.max(0, this.count - 1);
    this.#anchor.y = range - this.#anchor.heightOf(this.#anchor.row);
    this.#scroller.setRange(range);
    this.#scroller.moveTo(range - this.#scroller.viewHeight);
  }

  /** Mounts the rows in view, places them by the anchor, and keeps the ends of the list at the ends of the range. */
  #show(): void {
    this.#anchor.walkTo(this.#scroller.top);
    const { isWrapped } = this.#anchor;
    const estimated = isWrapped ? this.#heights.height(this.#anchor.row) : this.#options.rowHeight;
    const inView = Math.ceil(this.#scroller.viewHeight / estimated) + 1;
    this.#mount(inView);
    for (let n = inView * 2; isWrapped && !this.#coversView() && n < ROWS_MAX; n *= 2) this.#mount(n);
    this.#keepEnds();
    this.#layer.style.top = `${this.#layerTop}px`;
  }

  #mount(inView: number): void {
    const { row, isWrapped } = this.#anchor;
    const from = Math.max(0, row - this.#overscan);
    const to = Math.min(this.count, row + inView + this.#overscan, from + ROWS_MAX);
    this.rows.show(from, to);
    if (isWrapped) this.#anchor.measure(from, this.rows.measure());
    this.#layerTop = this.#anchor.yOf(from);
  }

  #coversView(): boolean {
    return this.rows.to === this.count || this.#layerBottom() >= this.#scroller.bottom;
  }

  #layerBottom(): number {
    return this.#layerTop + this.#anchor.between(this.rows.from, this.rows.to);
  }

  #keepEnds(): void {
    if (this.rows.from === 0 && this.#layerTop !== 0) this.#shift(-this.#layerTop);
    else if (this.rows.from > 0 && this.#layerTop <= 0) this.#shift(this.#rightY() - this.#anchor.y);
    const bottom = this.#layerBottom();
    const isEnd = this.rows.to === this.count;
    const range = Math.max(scrollRange(this.#heights.total), bottom + this.#scroller.viewHeight);
    this.#scroller.setRange(isEnd ? bottom : range);
    if (isEnd && this.#isAtEnd) this.#scroller.moveTo(bottom - this.#scroller.viewHeight);
  }

  /** Where the anchor would be if the scroll bar were right. */
  #rightY(): number {
    return Math.round(toScrollPosition(this.#heights.top(this.#anchor.row), this.#heights.total));
  }

  /** Moves the rows and the scroll position together, so that nothing moves in view. */
  #shift(px: number): void {
    this.#scroller.setRange(Math.max(this.#scroller.range, this.#scroller.bottom + px));
    this.#anchor.y += px;
    this.#layerTop += px;
    this.#scroller.moveTo(this.#scroller.top + px);
  }

  /** Mounts the rows around those in view, and puts the scroll bar right. */
  #onRest(): void {
    const off = this.#rightY() - this.#anchor.y;
    if (!this.#isAtEnd && this.#frame === 0 && Math.abs(off) >= DRIFT_PX) this.#shift(off);
    this.update();
  }

  /** Shows a row at this distance from the top of the view. */
  #place(row: number, offset: number): void {
    const y = Math.round(toScrollPosition(this.#heights.top(row), this.#heights.total));
    const top = y - Math.round(offset);
    this.#scroller.setRange(Math.max(scrollRange(this.#heights.total), top + this.#scroller.viewHeight));
    this.#anchor.row = row;
    this.#anchor.y = y;
    this.#anchor.measure(0, []);
    this.#scroller.moveTo(top);
    this.update();
  }
}
