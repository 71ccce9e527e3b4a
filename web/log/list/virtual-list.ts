import { type Aim, type Alignment, nearestAlignment, offsetOf } from './aim';
import { AnchoredRows } from './anchored-rows';
import type { MountedRows, RowView } from './mounted-rows';
import { type EstimateHeight, RowHeights } from './row-heights';
import { RowLayer } from './row-layer';
import { fromScrollPosition, scrollRange, toScrollPosition } from './scroll-range';
import { Scroller } from './scroller';

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

/**
 * A list of any number of rows, of which those in view are in the document.
 *
 * One row is the anchor, and all others are placed relative to it. So neither rows that come at the end, nor heights that turn out
 * different from their estimate, nor a scroll range that is shorter than the list move what is in view.
 */
export class VirtualList {
  readonly #options: ListOptions;
  readonly #scroller: Scroller;
  readonly #layer: RowLayer;
  readonly #heights: RowHeights;
  readonly #anchor: AnchoredRows;
  #isAtEnd = false;
  /** Present until its row is where it should be, or the user scrolls. */
  #aim: Aim | undefined;
  /** Fewer rows while they race past. */
  #overscan = OVERSCAN_ROWS;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ListOptions) {
    this.#options = options;
    this.#heights = new RowHeights(() => options.rowHeight);
    this.#anchor = new AnchoredRows(this.#heights, options.rowHeight);
    this.#scroller = new Scroller(options.scroller, () => this.update());
    this.#layer = new RowLayer(options.scroller, this.#heights, this.#anchor, () => options.createView());
    options.scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
  }

  get rows(): MountedRows {
    return this.#layer.rows;
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
    const wanted = alignment === 'nearest' ? nearestAlignment(offset, space, viewHeight) : alignment;
    if (wanted === undefined) return;
    const aim = { row: target, alignment: wanted };
    this.#place(target, offsetOf(aim, space));
    this.#aim = aim;
  }

  /** At least this wide: a CSS length. */
  setWidth(width: string): void {
    this.#layer.setWidth(width);
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
    // At the end of a view that grows, the browser itself scrolls back.
    if (delta < -1 && !this.showsEnd) this.#isAtEnd = false;
    if (Math.abs(delta) > 1) this.#aim = undefined;
    if (delta > 1 && this.#scroller.bottom >= range - END_SLACK_PX) {
      this.#aim = this.#lastRowAtEnd();
      this.#options.onEndReached();
    }
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
    this.#layer.fill(this.#scroller, this.#overscan);
    if (this.#anchor.isWrapped) this.#reachAim();
    this.#keepEnds();
    this.#layer.show();
  }

  #lastRowAtEnd(): Aim {
    return { row: Math.max(0, this.count - 1), alignment: 'end' };
  }

  /** Rows that are not loaded yet have heights that will change: until then, the row is held at its place. */
  #reachAim(): void {
    const aim = this.#isAtEnd ? this.#lastRowAtEnd() : this.#aim;
    if (aim !== undefined) this.#layer.reach(aim, this.#scroller, this.#overscan);
    if (this.rows.areComplete) this.#aim = undefined;
  }

  #keepEnds(): void {
    const { top, hasEnd } = this.#layer;
    if (this.rows.from === 0 && top !== 0) this.#shift(-top);
    else if (this.rows.from > 0 && top <= 0) this.#shift(this.#rightY() - this.#anchor.y);
    const { bottom } = this.#layer;
    const range = Math.max(scrollRange(this.#heights.total), bottom + this.#scroller.viewHeight);
    this.#scroller.setRange(hasEnd ? bottom : range);
    if (hasEnd && (this.#isAtEnd || bottom < this.#scroller.bottom))
      this.#scroller.moveTo(bottom - this.#scroller.viewHeight);
  }

  /** Where the anchor would be if the scroll bar were right. */
  #rightY(): number {
    return Math.round(toScrollPosition(this.#heights.top(this.#anchor.row), this.#heights.total));
  }

  /** Moves the rows and the scroll position together, so that nothing moves in view. */
  #shift(px: number): void {
    this.#scroller.setRange(Math.max(this.#scroller.range, this.#scroller.bottom + px));
    this.#layer.shift(px);
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
    this.#aim = undefined;
    this.#scroller.moveTo(top);
    this.update();
  }
}
