import { countText } from '../../src/words/quantities';
import { h } from '../shell/h';
import { icon } from '../shell/icon';
import { DOWN_ICON } from '../shell/icon-paths';
import { setText } from '../shell/set-text';
import type { LogView } from './log-view';

const KEYS_UP = new Set(['ArrowUp', 'PageUp', 'Home']);

/**
 * Keeps the end of an open stream in view.
 *
 * ON    the list is held at its end. Any sign that the reader wants to stay where they are leads to OFF: the wheel, a finger, a key that
 *       leads upwards, the scroll bar, a selection.
 * OFF   nothing moves. A button counts the lines that have come since. The button, the key, and scrolling to the end lead to ON.
 */
export class Follow {
  readonly button = h('button', { type: 'button', class: 'button follow', onclick: () => this.goToEnd() });
  readonly #words = h('span');
  #isOn = false;
  /** How many lines there were when it went off. */
  #seen = 0;
  /** Until they are counted, all count as seen. */
  #wasCounted = false;

  constructor(private readonly view: LogView) {
    const { element } = view;
    const stop = (): void => this.stop();
    this.button.append(icon(DOWN_ICON), this.#words);
    element.addEventListener('wheel', ({ deltaY }) => deltaY < 0 && stop(), { passive: true });
    element.addEventListener('touchmove', stop, { passive: true });
    element.addEventListener('keydown', ({ key }) => KEYS_UP.has(key) && stop());
    document.addEventListener('selectionchange', () => this.#hasSelection() && stop());
    this.update();
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  start(): void {
    this.#set(true);
  }

  stop(): void {
    this.#set(false);
  }

  toggle(): void {
    this.#set(!this.#isOn);
  }

  /** The lines until now count as seen. */
  catchUp(): void {
    this.#seen = this.view.source.lines;
    this.update();
  }

  /** Shows the end, and stays there if more may come. */
  goToEnd(): void {
    if (this.#mayGrow() || !this.view.source.isCounted) this.start();
    else this.view.list.scrollToRow(this.view.list.count - 1, 'end');
    this.catchUp();
  }

  /** The reader came to the end by themselves: unless they select, they want what comes. */
  endReached(): void {
    if (this.#mayGrow() && !this.#hasSelection()) this.start();
  }

  /** After lines have come, or the list has moved. */
  update(): void {
    if (this.#isOn && !this.view.list.isHeldAtEnd) this.stop();
    const { lines, isCounted } = this.view.source;
    if (!this.#wasCounted) this.#seen = lines;
    this.#wasCounted = isCounted;
    const news = Math.max(0, lines - this.#seen);
    if (this.view.list.showsEnd && !this.#mayGrow()) this.#seen = lines;
    this.button.hidden = this.#isOn || (news === 0 && !this.#mayGrow());
    setText(this.#words, news === 0 ? 'Follow' : countText(news, 'new line'));
  }

  #set(isOn: boolean): void {
    if (this.#isOn === isOn) return;
    this.#isOn = isOn;
    this.#seen = this.view.source.lines;
    this.view.list.holdAtEnd(isOn);
    this.update();
  }

  #mayGrow(): boolean {
    const { facts } = this.view.source;
    return facts !== undefined && facts.state !== 'closed';
  }

  #hasSelection(): boolean {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && this.view.element.contains(selection.anchorNode);
  }
}
