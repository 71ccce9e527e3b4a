import { withSymbols } from '../ansi/control-symbols';
import { tokenize } from '../ansi/tokenize';
import { paintSpans } from '../log/rows/paint-spans';
import { RowWindow } from '../rows/row-window';
import { h } from '../shell/h';
import { icon } from '../shell/icon';
import { DOWN_ICON } from '../shell/icon-paths';
import { streamPath, urlOf } from '../shell/root';
import type { LineBuffer } from './line-buffer';
import type { SpyLine } from './spy-line';

/** The parts of a row, by its element. */
interface SpyRow {
  readonly link: HTMLAnchorElement;
  readonly text: HTMLElement;
  line: SpyLine | undefined;
  shown: string;
}

const SCROLL_KEYS = new Set(['ArrowUp', 'PageUp', 'Home', 'k', 'g']);

/** The lines of the spy. Follows the end until a person scrolls up, and then stays where it is. */
export class SpyView {
  readonly #canvas = h('div', { class: 'rows' });
  readonly #scroller = h(
    'div',
    {
      class: 'scroller',
      role: 'log',
      'aria-label': 'Lines of all live streams',
      'aria-live': 'off',
      tabindex: 0,
    },
    this.#canvas,
  );
  readonly #button = h('button', {
    type: 'button',
    class: 'button main to-end',
    hidden: true,
    onclick: () => this.follow(),
  });
  readonly element = h('div', { class: 'spy' }, this.#scroller, this.#button);
  readonly #rows = new WeakMap<HTMLElement, SpyRow>();
  readonly #window: RowWindow<HTMLElement>;
  #isFollowing = true;
  /** The last line that was there when following ended. */
  #seen = 0;

  constructor(private readonly buffer: LineBuffer) {
    this.#window = new RowWindow(
      this.#scroller,
      this.#canvas,
      {
        count: () => buffer.shown.length,
        keyAt: (index) => buffer.shown.at(index)?.key ?? -1 - index,
        build: () => this.#build(),
        fill: (element, index) => this.#fill(element, buffer.shown.at(index)),
      },
      '--line',
    );
    this.#watch();
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Draws what the buffer has now. */
  update(): void {
    const dropped = this.buffer.takeDropped();
    if (this.#isFollowing) this.#window.scrollToEnd();
    else if (dropped > 0) this.#window.shift(-dropped);
    this.#window.schedule();
    this.#showButton();
  }

  follow(): void {
    this.#isFollowing = true;
    this.update();
  }

  scrollBy(lines: number): void {
    if (lines < 0) this.#leave();
    this.#scroller.scrollTop += lines * this.#window.rowHeight;
  }

  scrollToStart(): void {
    this.#leave();
    this.#scroller.scrollTop = 0;
  }

  /** A scroll by the page itself never ends following: only what a person does. */
  #watch(): void {
    const scroller = this.#scroller;
    scroller.addEventListener('wheel', ({ deltaY }) => deltaY < 0 && this.#leave(), { passive: true });
    scroller.addEventListener('touchmove', () => this.#leave(), { passive: true });
    scroller.addEventListener('keydown', ({ key }) => SCROLL_KEYS.has(key) && this.#leave());
    // On the scrollbar.
    scroller.addEventListener('pointerdown', ({ target }) => target === scroller && this.#leave());
    document.addEventListener('selectionchange', () => this.#selected());
    scroller.addEventListener('scroll', () => !this.#isFollowing && this.#window.isAtEnd && this.#arrive(), {
      passive: true,
    });
  }

  #selected(): void {
    const selection = document.getSelection();
    if (selection === null || selection.isCollapsed || !this.#canvas.contains(selection.anchorNode)) return;
    this.#leave();
  }

  #leave(): void {
    if (!this.#isFollowing) return;
    this.#isFollowing = false;
    this.#seen = this.#lastKey();
    this.#showButton();
  }

  /** A person scrolled back to the end. */
  #arrive(): void {
    if (document.getSelection()?.isCollapsed === false) return;
    this.follow();
  }

  #lastKey(): number {
    return this.buffer.shown.at(this.buffer.shown.length - 1)?.key ?? -1;
  }

  #showButton(): void {
    this.#button.hidden = this.#isFollowing;
    if (this.#isFollowing) return;
    const count = this.buffer.shown.length - this.buffer.firstAfter(this.#seen);
    const words =
      count === 0 ? 'To the end' : `${count.toLocaleString()} new ${count === 1 ? 'line' : 'lines'}`;
    this.#button.replaceChildren(icon(DOWN_ICON), words);
  }

  #build(): HTMLElement {
    const link = h('a', { class: 'stream' });
    const text = h('span', { class: 'text' });
    const element = h('div', { class: 'row' }, link, text);
    this.#rows.set(element, { link, text, line: undefined, shown: '' });
    return element;
  }

  #fill(element: HTMLElement, line: SpyLine | undefined): void {
    const row = this.#rows.get(element);
    if (row === undefined || line === undefined || (row.line === line && row.shown === line.text)) return;
    if (row.line !== line) {
      element.className = `row ${line.kind}`;
      element.style.setProperty('--own', `var(--stream-${line.color})`);
      row.link.textContent = withSymbols(line.id);
      row.link.href = urlOf(streamPath(line.id)).href;
      row.link.title = row.link.textContent;
    }
    row.line = line;
    row.shown = line.text;
    if (line.kind === 'output') paintSpans(row.text, tokenize(line.text, line.style).spans);
    else row.text.textContent = line.text;
  }
}
