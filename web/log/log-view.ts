import type { RowMap } from '../lines/line-runs';
import type { LogLine } from '../lines/log-line';
import type { LogSource } from '../lines/log-source';
import { h } from '../shell/h';
import type { Alignment } from './list/aim';
import { rowHeight } from './list/row-height';
import { ROWS_PER_BLOCK } from './list/row-heights';
import { VirtualList } from './list/virtual-list';
import { LineRow } from './rows/line-row';
import type { Mark } from './rows/paint-spans';
import type { RowContext } from './rows/row-context';
import { columnsIn, columnsOf } from './rows/text-columns';
import { TIME_WIDTHS, type TimeMode } from './rows/time-format';
import { wrappedHeight } from './rows/wrapped-height';
import { WholeLines } from './whole-lines';

/** Lines beyond those in view that are loaded ahead, to each side. */
const AHEAD_LINES = 400;
const DIGITS_MIN = 4;
/** While lines arrive, the column does not grow before there are a million. */
const DIGITS_OPEN_MIN = 6;
const NO_MARKS: readonly Mark[] = [];

export interface LogViewOptions {
  readonly source: LogSource;
  /** How a line stands out, as classes of its row. */
  emphasisOf(line: number): string;
  marksOf(line: LogLine): readonly Mark[];
  /** After every frame that moved or changed the rows. */
  onFrame(): void;
  onEndReached(): void;
}

/** The log itself: which line is in which row, and which lines are wanted for it. */
export class LogView implements RowContext {
  readonly source: LogSource;
  readonly element: HTMLElement;
  readonly list: VirtualList;
  readonly #options: LogViewOptions;
  readonly #whole = new WholeLines();
  /** Instead of all lines: those of a filter. */
  #filter: RowMap | undefined;
  #map: RowMap;
  #version = 0;
  #timeMode: TimeMode = 'off';
  #isWrapped = false;
  #digits = 0;
  #widest = 0;
  /** Characters per row of a wrapped line. */
  #columns = 0;
  readonly #rowHeight = rowHeight();

  constructor(options: LogViewOptions) {
    this.#options = options;
    this.source = options.source;
    this.#map = this.source.folds.rows;
    this.element = h('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'off',
      'aria-label': 'Log',
      tabindex: 0,
    });
    this.list = new VirtualList({
      scroller: this.element,
      createView: () => new LineRow(this),
      rowHeight: this.#rowHeight,
      onFrame: () => this.#onFrame(),
      onEndReached: () => options.onEndReached(),
    });
    this.element.addEventListener('scroll', () => this.#stickNumbers(), { passive: true });
    this.source.subscribe(() => this.refresh());
    this.refresh();
  }

  get version(): number {
    return this.#version;
  }

  get digits(): number {
    return this.#digits;
  }

  get timeMode(): TimeMode {
    return this.#timeMode;
  }

  get isWrapped(): boolean {
    return this.#isWrapped;
  }

  get firstVisibleLine(): number {
    return this.#map.lineAt(this.list.firstVisible);
  }

  get lastVisibleLine(): number {
    return this.#map.lineAt(this.list.lastVisible);
  }

  lineAt(row: number): number {
    return this.#map.lineAt(row);
  }

  /** The line that an element of the log belongs to. */
  lineOf(node: Node | null): number | undefined {
    const row = this.list.rows.rowOf(node);
    return row === undefined || row < 0 ? undefined : this.#map.lineAt(row);
  }

  rowOf(line: number): number {
    return this.#map.rowOf(line);
  }

  textOf(line: number): LogLine | undefined {
    return this.#whole.get(line) ?? this.source.line(line);
  }

  marksOf(line: LogLine): readonly Mark[] {
    return this.#options.marksOf(line) ?? NO_MARKS;
  }

  isWhole(line: number): boolean {
    return this.#whole.get(line) !== undefined;
  }

  isBehindGap(row: number): boolean {
    return this.#filter !== undefined && row > 0 && this.lineAt(row - 1) < this.lineAt(row) - 1;
  }

  emphasisOf(line: number): string {
    return this.#options.emphasisOf(line);
  }

  #wrappedHeight(row: number): number {
    const lines = { from: this.#map.lineAt(row), to: this.#map.lineAt(row + ROWS_PER_BLOCK) };
    return wrappedHeight(this.source, lines, this.#columns) * this.#rowHeight;
  }

  /** Takes over what has changed. Rows that look the same cost nothing. */
  refresh(): void {
    this.#adopt(this.#filter ?? this.source.folds.rows);
    this.#showDigits();
    this.list.rows.repaint(this.#map.rows);
    this.list.update();
  }

  /** Rows may look different although their lines do not. */
  restyle(): void {
    this.#version++;
    this.refresh();
  }

  /** Shows only these lines; with undefined, all again. The first line in view stays. */
  setFilter(filter: RowMap | undefined): void {
    this.#filter = filter;
    this.restyle();
  }

  setTimeMode(mode: TimeMode): void {
    this.#timeMode = mode;
    const width = mode === 'off' ? '0px' : `calc(${TIME_WIDTHS[mode]}ch + var(--gap))`;
    this.element.style.setProperty('--time-width', width);
    this.element.classList.toggle('timed', mode !== 'off');
    this.restyle();
  }

  setWrap(isWrapped: boolean): void {
    this.#isWrapped = isWrapped;
    this.element.classList.toggle('wrap', isWrapped);
    if (isWrapped) this.#columns = columnsIn(this.element);
    this.list.setWidth(isWrapped ? '' : this.#width());
    this.list.setWrap(isWrapped, (row) => this.#wrappedHeight(row));
  }

  /** Shows a line, in the middle if it was far away; opens the folds around it. */
  showLine(line: number, alignment: Alignment = 'center'): void {
    if (this.source.folds.reveal(line)) this.refresh();
    this.list.scrollToRow(this.#map.rowOf(line), alignment);
  }

  /** Loads what was cut off a line and shows it. @throws Error with a sentence */
  async showWhole(line: number): Promise<void> {
    this.#whole.add(await this.source.whole(line));
    this.refresh();
  }

  #adopt(map: RowMap): void {
    if (map === this.#map && map.rows === this.list.count) return;
    const from = this.list.firstVisible;
    const to = map.rowOf(this.#map.lineAt(from));
    this.#map = map;
    if (to === from || this.list.count === 0) this.list.setCount(map.rows);
    else this.list.replaceRows(map.rows, { from, to });
  }

  /** The column of the numbers is as wide as the longest. */
  #showDigits(): void {
    const { facts, lines, bytes, isCounted } = this.source;
    const least = facts !== undefined && facts.state !== 'closed' ? DIGITS_OPEN_MIN : DIGITS_MIN;
    // As many lines as there would be if all were like the first ones: the text does not move once they are counted.
    const last = isCounted ? lines : Math.round((lines * bytes) / this.source.estimateOffset(lines + 1));
    const digits = Math.max(this.#digits, least, String(last).length);
    if (digits === this.#digits) return;
    this.#digits = digits;
    this.#version++;
    this.element.style.setProperty('--digits', `${digits}ch`);
  }

  /** The numbers stay in view when the log is scrolled sideways. */
  #stickNumbers(): void {
    this.element.classList.toggle('shifted', this.element.scrollLeft > 0);
  }

  #onFrame(): void {
    if (!this.list.isRacing) this.#wantLines();
    if (!this.#isWrapped) this.#showWidth();
    this.#options.onFrame();
  }

  #wantLines(): void {
    const { from, to } = this.list.rows;
    if (to > from)
      this.source.want(
        Math.max(1, this.#map.lineAt(from) - AHEAD_LINES),
        this.#map.lineAt(to - 1) + AHEAD_LINES,
        this.#map,
      );
  }

  /** The log is as wide as the widest line that was shown, so that the horizontal scroll bar does not jump. */
  #showWidth(): void {
    let widest = this.#widest;
    for (let { from: row } = this.list.rows; row < this.list.rows.to; row++) {
      const text = this.textOf(this.#map.lineAt(row))?.text;
      if (text !== undefined && text.length > widest) widest = columnsOf(text);
    }
    if (widest <= this.#widest) return;
    this.#widest = widest;
    this.list.setWidth(this.#width());
  }

  #width(): string {
    return `calc(${this.#widest}ch + var(--gutter) + 16ch)`;
  }
}
