import { type Aim, offsetOf } from './aim';
import type { AnchoredRows } from './anchored-rows';
import { MountedRows, type RowView } from './mounted-rows';
import type { RowHeights } from './row-heights';

/** At most this many rows are in the document. */
const ROWS_MAX = 300;
/** Each time that rows move, others come into view, whose heights are measured. */
const APPROACHES_MAX = 8;

/** The part of the scroll range that is on the screen. */
export interface View {
  readonly top: number;
  readonly bottom: number;
  readonly viewHeight: number;
}

/** The rows that are in the document: those in view and some around them, in an element that is placed by the anchor. */
export class RowLayer {
  readonly rows: MountedRows;
  readonly #element = document.createElement('div');
  #top = 0;

  constructor(
    scroller: HTMLElement,
    private readonly heights: RowHeights,
    private readonly anchor: AnchoredRows,
    createView: () => RowView,
  ) {
    this.#element.className = 'list-layer';
    scroller.append(this.#element);
    this.rows = new MountedRows(this.#element, createView);
  }

  /** Where the first row of the document begins, in px of the scroll range. */
  get top(): number {
    return this.#top;
  }

  get bottom(): number {
    return this.#top + this.anchor.between(this.rows.from, this.rows.to);
  }

  /** The last row of the list is in the document. */
  get hasEnd(): boolean {
    return this.rows.to === this.heights.count;
  }

  /** Mounts the rows in view, with so many beyond each edge. */
  fill(view: View, overscan: number): void {
    const { anchor } = this;
    anchor.walkTo(view.top);
    const inView = Math.ceil(view.viewHeight / anchor.estimate(anchor.row)) + 1;
    this.#mount(inView, overscan);
    if (!anchor.isWrapped) return;
    for (let n = inView * 2; !this.#covers(view) && n < ROWS_MAX; n *= 2) this.#mount(n, overscan);
  }

  /** Brings a row to its place in view, by the heights of those that come into view on the way. */
  reach(aim: Aim, view: View, overscan: number): void {
    for (let n = 0; n < APPROACHES_MAX && this.#approach(aim, view); n++) this.fill(view, overscan);
  }

  shift(px: number): void {
    this.anchor.y += px;
    this.#top += px;
  }

  show(): void {
    this.#element.style.top = `${this.#top}px`;
  }

  /** At least this wide: a CSS length. */
  setWidth(width: string): void {
    this.#element.style.minWidth = width === '' ? '' : `max(100%, ${width})`;
  }

  #mount(inView: number, overscan: number): void {
    const { row, isWrapped } = this.anchor;
    const from = Math.max(0, row - overscan);
    const to = Math.min(this.heights.count, row + inView + overscan, from + ROWS_MAX);
    this.rows.show(from, to);
    if (isWrapped) this.anchor.measure(from, this.rows.measure());
    this.#top = this.anchor.yOf(from);
  }

  #covers(view: View): boolean {
    return this.hasEnd || this.bottom >= view.bottom;
  }

  /** @returns false if the rows are where they should be */
  #approach(aim: Aim, { top, bottom, viewHeight }: View): boolean {
    const offset = offsetOf(aim, viewHeight - this.anchor.heightOf(aim.row));
    let px = top + Math.round(offset) - this.anchor.yOf(aim.row);
    // Nothing is empty beyond the ends of the list.
    if (this.hasEnd) px = Math.max(px, bottom - this.bottom);
    if (this.rows.from === 0) px = Math.min(px, top - this.#top);
    if (Math.abs(px) < 1) return false;
    this.anchor.y += px;
    return true;
  }
}
