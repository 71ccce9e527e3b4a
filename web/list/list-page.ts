import { changeToken } from '../shell/api';
import { ApiError } from '../shell/api-error';
import { reasonOf } from '../shell/error-words';
import type { Frame } from '../shell/frame';
import { h } from '../shell/h';
import type { Notice } from '../shell/notices';
import { firstStream, noMatch } from './first-stream';
import { type FeedReports, ListFeed } from './list-feed';
import { ListToolbar } from './list-toolbar';
import { type ListFilter, STREAMS_MAX } from './stream-rows';
import { StreamTable } from './stream-table';

const TICK_MS = 1_000;

/** The list of streams: joins the feed, the table and the filter. */
export class ListPage {
  readonly #toolbar = new ListToolbar((filter) => this.#open(filter));
  readonly #table = new StreamTable(() => this.#feed);
  readonly #empty = h('div', { class: 'empty-room', hidden: true });
  #feed: ListFeed;
  #ended = new AbortController();

  constructor(private readonly frame: Frame) {
    this.#feed = this.#feedOf(this.#toolbar.filter);
    frame.page.append(this.#toolbar.element, this.#table.element, this.#empty);
    frame.keys.add(...this.#table.bindings, {
      keys: ['/'],
      words: 'Filter by the beginning of the id',
      run: () => this.#toolbar.field.select(),
    });
    frame.keys.add({ keys: ['Escape'], words: 'Leave the filter', run: () => this.#toolbar.field.blur() });
    setInterval(() => this.#tick(), TICK_MS);
    this.#start();
  }

  #open(filter: ListFilter): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#feed = this.#feedOf(filter);
    this.#table.scrollToStart();
    this.frame.notices.clear('page');
    this.#start();
  }

  #start(): void {
    this.#toolbar.showLive(false);
    void this.#feed.run();
    this.#changed();
  }

  #feedOf(filter: ListFilter): ListFeed {
    const { signal } = this.#ended;
    const unless =
      <Values extends readonly unknown[]>(run: (...values: Values) => void) =>
      (...values: Values): void => {
        if (!signal.aborted) run(...values);
      };
    const reports: FeedReports = {
      changed: unless(() => this.#changed()),
      shifted: unless((index, change) => this.#table.shifted(index, change)),
      connected: unless(() => this.#connected()),
      lost: unless((error, since) => this.#lost(error, since)),
      refused: unless((error) => this.#refused(error)),
      pageFailed: unless((error) => this.#pageFailed(error)),
    };
    return new ListFeed(filter, reports, signal);
  }

  #connected(): void {
    this.frame.notices.clear('connection');
    // The list is read anew.
    this.frame.notices.clear('page');
    this.#toolbar.showLive(true);
  }

  #lost(error: unknown, since: Date): void {
    this.#toolbar.showLive(false);
    this.frame.notices.show('connection', {
      level: 'warning',
      what: reasonOf(error),
      since,
      missing: 'New streams and ends are missing. Trying again.',
    });
  }

  #refused(error: unknown): void {
    this.#toolbar.showLive(false);
    this.frame.notices.show('connection', {
      level: 'error',
      what: reasonOf(error),
      missing: 'The list is not shown.',
      ...this.#remedy(error),
    });
  }

  #pageFailed(error: unknown): void {
    this.frame.notices.show('page', {
      level: 'error',
      what: reasonOf(error),
      missing: 'Older streams are missing.',
      action: { words: 'Try again', run: () => this.#open(this.#toolbar.filter) },
    });
  }

  #remedy(error: unknown): Pick<Notice, 'action'> {
    const isAboutToken = error instanceof ApiError && (error.status === 401 || error.status === 403);
    if (!isAboutToken) return { action: { words: 'Try again', run: () => this.#open(this.#toolbar.filter) } };
    return { action: { words: 'Enter a token', run: () => void this.#enterToken() } };
  }

  async #enterToken(): Promise<void> {
    if (!(await changeToken())) return;
    this.frame.notices.clear('connection');
    this.#open(this.#toolbar.filter);
  }

  #changed(): void {
    const { rows, isLoaded, isComplete } = this.#feed;
    const isEmpty = isLoaded && rows.count === 0;
    if (isEmpty === this.#empty.hidden) this.#showEmpty(isEmpty);
    this.#toolbar.showCount(isLoaded ? countWords(rows.count, isComplete) : '');
    this.#table.changed();
  }

  #showEmpty(isEmpty: boolean): void {
    const { prefix, state } = this.#toolbar.filter;
    this.#empty.hidden = !isEmpty;
    this.#table.element.hidden = isEmpty;
    if (!isEmpty) this.#empty.replaceChildren();
    else if (prefix === '' && state === '') this.#empty.replaceChildren(firstStream());
    else this.#empty.replaceChildren(noMatch(() => this.#toolbar.clear()));
  }

  #tick(): void {
    if (!document.hidden) this.#table.tick();
  }
}

function countWords(count: number, isComplete: boolean): string {
  if (count >= STREAMS_MAX) return `The newest ${count.toLocaleString()}: filter to see others`;
  const words = count === 1 && isComplete ? 'stream' : 'streams';
  return `${count.toLocaleString()}${isComplete ? '' : '+'} ${words}`;
}
