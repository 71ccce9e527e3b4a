import { type RowSource, RowWindow } from '../rows/row-window';
import { h } from '../shell/h';
import type { KeyBinding } from '../shell/keys';
import { keepPlace, placeBefore } from '../shell/reading-place';
import type { ListFeed } from './list-feed';
import { StreamRow } from './stream-row';

const COLUMNS = [
  ['state', 'State'],
  ['id', 'Stream'],
  ['tags', 'Metadata'],
  ['number bytes', 'Size'],
  ['number duration', 'Duration'],
  ['number age', 'Age'],
] as const;

/** How many rows before the end the next page is read. */
const AHEAD = 60;

/** The table of streams: only the rows on the screen are in the document. */
export class StreamTable {
  readonly #canvas = h('div', { role: 'rowgroup', class: 'rows' });
  readonly #scroller = h('div', { class: 'scroller' }, this.#canvas);
  readonly element = h(
    'div',
    { class: 'streams', role: 'table', 'aria-label': 'Streams' },
    head(),
    this.#scroller,
  );
  readonly #rows = new Map<HTMLElement, StreamRow>();
  readonly #window: RowWindow<HTMLElement>;
  /** The row that keys have gone to, by its id. */
  #current: string | undefined;
  /** The row that was left for its stream: the way back leads to it. */
  #left = placeBefore();

  constructor(private readonly feed: () => ListFeed) {
    this.#window = new RowWindow(this.#scroller, this.#canvas, this.#source(), '--row');
    this.#scroller.addEventListener('focusin', ({ target }) => this.#adopt(target));
    keepPlace(() => this.#current);
  }

  /** Draws what has changed with the next frame. */
  changed(): void {
    const { rows, isComplete } = this.feed();
    // The row of the headings counts.
    this.element.setAttribute('aria-rowcount', isComplete ? `${rows.count + 1}` : '-1');
    this.#window.schedule();
    if (this.feed().isLoaded && this.#left !== '') this.#comeBack();
  }

  /** Keeps what a person looks at where it is. At the top, new rows push the others down. */
  shifted(index: number, change: 1 | -1): void {
    const [first] = this.#window.visible;
    if (this.#scroller.scrollTop > 0 && index <= first) this.#window.shift(change);
  }

  tick(): void {
    const { now } = this.feed();
    for (const element of this.#canvas.children) this.#rows.get(element as HTMLElement)?.tick(now);
  }

  scrollToStart(): void {
    this.#scroller.scrollTop = 0;
    this.#current = undefined;
  }

  get bindings(): readonly KeyBinding[] {
    const { rowHeight } = this.#window;
    const page = (): number => Math.max(1, Math.floor(this.#scroller.clientHeight / rowHeight) - 2);
    return [
      { keys: ['j', 'ArrowDown'], words: 'Next stream', run: () => this.#go(1) },
      { keys: ['k', 'ArrowUp'], words: 'Previous stream', run: () => this.#go(-1) },
      { keys: ['PageDown'], words: 'A screen down', run: () => this.#go(page()) },
      { keys: ['PageUp'], words: 'A screen up', run: () => this.#go(-page()) },
      { keys: ['g', 'Home'], words: 'The newest stream', run: () => this.#go(-Infinity) },
      { keys: ['G', 'End'], words: 'The oldest stream that is loaded', run: () => this.#go(Infinity) },
      { keys: ['Enter'], words: 'Open the stream', run: () => this.#open() },
    ];
  }

  #source(): RowSource<HTMLElement> {
    return {
      count: () => this.feed().rows.count,
      keyAt: (index: number) => this.feed().rows.at(index)?.id ?? index,
      build: () => {
        const row = new StreamRow();
        this.#rows.set(row.element, row);
        return row.element;
      },
      fill: (element: HTMLElement, index: number) => this.#fill(element, index),
    };
  }

  #fill(element: HTMLElement, index: number): void {
    const { rows, now } = this.feed();
    const stream = rows.at(index);
    if (stream === undefined) return;
    this.#rows.get(element)?.show(stream, index, now);
    element.classList.toggle('current', stream.id === this.#current);
    if (index >= rows.count - AHEAD) this.feed().readMore();
  }

  #go(steps: number): void {
    const { rows } = this.feed();
    if (rows.count === 0) return;
    const from = this.#current === undefined ? -1 : rows.indexOf(this.#current);
    const to = Math.min(rows.count - 1, Math.max(0, from + steps));
    this.#current = rows.at(to)?.id;
    this.#window.reveal(to);
    this.#focusCurrent();
  }

  #comeBack(): void {
    const { rows } = this.feed();
    const index = rows.indexOf(this.#left);
    this.#left = '';
    if (index < 0) return;
    this.#current = rows.at(index)?.id;
    this.#window.reveal(index);
    this.#focusCurrent();
  }

  #focusCurrent(): void {
    const element = this.#current === undefined ? undefined : this.#window.elementOf(this.#current);
    if (element !== undefined) this.#rows.get(element)?.focus();
  }

  /** A row that Tab or a click reaches is the one from which keys go on. */
  #adopt(target: EventTarget | null): void {
    const element = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
    const id = element === null ? undefined : element.querySelector('a')?.textContent;
    if (typeof id !== 'string' || id === this.#current) return;
    this.#current = id;
    this.#window.schedule();
  }

  /** A focused link opens itself. */
  #open(): boolean {
    if (this.#current === undefined) return false;
    this.#window.reveal(Math.max(0, this.feed().rows.indexOf(this.#current)));
    this.#window.elementOf(this.#current)?.querySelector('a')?.click();
    return true;
  }
}

function head(): HTMLElement {
  const cells = COLUMNS.map(([name, words]) => h('span', { role: 'columnheader', class: name }, words));
  return h(
    'div',
    { role: 'rowgroup', class: 'head' },
    h('div', { role: 'row', class: 'row', 'aria-rowindex': 1 }, ...cells),
  );
}
