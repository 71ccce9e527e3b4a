import { changeToken } from '../shell/api';
import { ApiError } from '../shell/api-error';
import { commandBox } from '../shell/copy';
import { reasonOf } from '../shell/error-words';
import type { Frame } from '../shell/frame';
import { h } from '../shell/h';
import type { KeyBinding } from '../shell/keys';
import { ROOT } from '../shell/root';
import { LINES_MAX, LineBuffer } from './line-buffer';
import { LineJoiner } from './line-joiner';
import { followSpy } from './spy-feed';
import type { SpyLine, SpyObject } from './spy-line';
import { type SpyFilter, SpyToolbar } from './spy-toolbar';
import { SpyView } from './spy-view';

/** The page of all live streams: joins the feed, the lines and the filters. */
export class SpyPage {
  readonly #buffer = new LineBuffer();
  readonly #view = new SpyView(this.#buffer);
  readonly #joiner = new LineJoiner();
  /** Lines that came while the page is paused. */
  #waiting = new LineBuffer();
  #isPaused = false;
  #ended = new AbortController();
  #prefix: string;
  #frame = 0;
  readonly #quiet = h('div', { class: 'empty-room' }, quietWords());
  readonly #toolbar: SpyToolbar;

  constructor(private readonly frame: Frame) {
    this.#toolbar = new SpyToolbar({
      filter: (filter) => this.#filter(filter),
      pause: (isPaused) => this.#pause(isPaused),
      clear: () => this.#clear(),
    });
    this.#prefix = this.#toolbar.filter.prefix;
    this.#buffer.setFilter(filterOf(this.#toolbar.filter));
    frame.page.append(this.#toolbar.element, this.#view.element, this.#quiet);
    frame.keys.add(...this.#bindings());
    this.#start();
    this.#update();
  }

  #bindings(): readonly KeyBinding[] {
    return [
      { keys: ['p'], words: 'Pause, and go on', run: () => this.#toolbar.togglePause() },
      { keys: ['f', 'G', 'End'], words: 'Follow the end', run: () => this.#view.follow() },
      { keys: ['g', 'Home'], words: 'To the first line', run: () => this.#view.scrollToStart() },
      { keys: ['j', 'ArrowDown'], words: 'A line down', run: () => this.#view.scrollBy(1) },
      { keys: ['k', 'ArrowUp'], words: 'A line up', run: () => this.#view.scrollBy(-1) },
      { keys: ['/'], words: 'Show lines that contain …', run: () => this.#toolbar.text.select() },
      { keys: ['Escape'], words: 'Leave the field', run: () => this.#leaveField() },
    ];
  }

  #start(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    this.#toolbar.showLive(false);
    this.#joiner.restart();
    const reports = {
      connected: () => this.#connected(),
      objects: (objects: readonly SpyObject[]) => this.#take(objects),
      lost: (error: unknown, since: Date) => this.#lost(error, since),
      refused: (error: unknown) => this.#refused(error),
    };
    void followSpy(this.#prefix, reports, signal);
  }

  #connected(): void {
    this.frame.notices.clear('connection');
    this.#toolbar.showLive(true);
  }

  #lost(error: unknown, since: Date): void {
    this.#toolbar.showLive(false);
    this.#joiner.restart();
    const missing =
      'What is written meanwhile is missing here; the page of each stream has it. Trying again.';
    this.frame.notices.show('connection', { level: 'warning', what: reasonOf(error), since, missing });
  }

  #refused(error: unknown): void {
    this.#toolbar.showLive(false);
    const isAboutToken = error instanceof ApiError && (error.status === 401 || error.status === 403);
    const action = isAboutToken
      ? { words: 'Enter a token', run: () => void changeToken().then((isNew) => isNew && this.#start()) }
      : { words: 'Try again', run: () => this.#start() };
    const missing = 'No live stream is shown.';
    this.frame.notices.show('connection', { level: 'error', what: reasonOf(error), missing, action });
  }

  #take(objects: readonly SpyObject[]): void {
    const target = this.#isPaused ? this.#waiting : this.#buffer;
    for (const object of objects) {
      const { grown, added } = this.#joiner.add(object);
      if (grown !== undefined) for (const buffer of [this.#buffer, this.#waiting]) buffer.grown(grown);
      for (const line of added) target.add(line);
    }
    this.#schedule();
  }

  #filter(filter: SpyFilter): void {
    this.#buffer.setFilter(filterOf(filter));
    if (filter.prefix !== this.#prefix) {
      this.#prefix = filter.prefix;
      this.#start();
    }
    this.#view.follow();
    this.#schedule();
  }

  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) for (const line of this.#waiting.shown) this.#buffer.add(line);
    this.#waiting = new LineBuffer();
    this.#update();
  }

  #clear(): void {
    this.#buffer.clear();
    this.#view.follow();
    this.#update();
  }

  #leaveField(): void {
    this.#toolbar.text.blur();
    this.#toolbar.prefix.blur();
  }

  /** At most once per frame, however much comes. In a hidden tab once it is seen again. */
  #schedule(): void {
    if (this.#frame === 0)
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#update();
      });
  }

  #update(): void {
    const { length, shown } = this.#buffer;
    const isQuiet = length === 0;
    if (this.#quiet.hidden === isQuiet) this.#quiet.hidden = !isQuiet;
    this.#view.element.hidden = isQuiet;
    this.#toolbar.showCount(countWords(shown.length, length));
    this.#toolbar.showWaiting(this.#waiting.length);
    if (!this.#isPaused) this.#view.update();
  }
}

function filterOf({ prefix, text }: SpyFilter): (line: SpyLine) => boolean {
  const wanted = text.toLowerCase();
  return (line) => line.id.startsWith(prefix) && (wanted === '' || line.text.toLowerCase().includes(wanted));
}

function countWords(shown: number, kept: number): string {
  if (kept === 0) return '';
  const of = shown === kept ? '' : ` of ${kept.toLocaleString()}`;
  const words = `${shown.toLocaleString()}${of} ${kept === 1 ? 'line' : 'lines'}`;
  return kept >= LINES_MAX ? `${words}, the newest` : words;
}

function quietWords(): HTMLElement {
  return h(
    'section',
    { class: 'empty', 'aria-labelledby': 'quiet-title' },
    h('h1', { id: 'quiet-title' }, 'Nothing is being written'),
    h('p', {}, 'What any stream writes from now on appears here, each in its own colour.'),
    h('h2', {}, 'The same in a terminal'),
    commandBox(`curl --no-buffer '${ROOT.href}spy?color'`),
    h('p', { class: 'waiting' }, h('span', { class: 'pulse' }), 'Waiting for a line …'),
  );
}
