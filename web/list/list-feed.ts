import type { StreamEntry } from '../format/verdict';
import { request } from '../shell/api';
import { textOf } from '../shell/body-text';
import { keepConnected } from '../shell/reconnect';
import { type ServerEvent, ServerEventParser } from '../shell/server-events';
import { type ListedStream, listedStream } from './listed-stream';
import { type ListFilter, StreamRows } from './stream-rows';

/** What the page learns of its list. */
export interface FeedReports {
  /** Rows have changed. `shifted`: how many came (or went) above the place. */
  changed(): void;
  /** A row came (1) or went (-1). */
  shifted(index: number, change: 1 | -1): void;
  connected(): void;
  lost(error: unknown, since: Date): void;
  refused(error: unknown): void;
  /** A page of the list could not be read, though events come. */
  pageFailed(error: unknown): void;
}

interface ListPageBody {
  readonly streams: readonly StreamEntry[];
  readonly next: string | null;
}

const FIRST_PAGE = 100;
const NEXT_PAGE = 500;
/** The most that the server gives at once. */
const RELOAD_PAGE = 1000;
/** Events that are remembered while pages are read. If there are more, the pages are read again. */
const NEWS_MAX = 10_000;

/** The list of streams, kept up to date: subscribes to events first and then reads pages, so that nothing is missed in between. */
export class ListFeed {
  rows: StreamRows;
  /** Of the next page; `null` at the end of the list, `undefined` before the first page. */
  #next: string | null | undefined;
  #reading: Promise<void> | undefined;
  /** What events brought while pages are read, which may be older: the newest facts of each stream, `undefined` for a removed one. */
  readonly #news = new Map<string, ListedStream | undefined>();
  /** How far the clock of the server is ahead, in milliseconds. */
  #clockAhead = 0;

  constructor(
    private readonly filter: ListFilter,
    private readonly reports: FeedReports,
    private readonly signal: AbortSignal,
  ) {
    this.rows = new StreamRows(filter);
  }

  /** Whether the oldest stream is among the rows. */
  get isComplete(): boolean {
    return this.#next === null || this.rows.isFull;
  }

  get isLoaded(): boolean {
    return this.#next !== undefined;
  }

  /** The time by the clock of the server. */
  get now(): number {
    return Date.now() + this.#clockAhead;
  }

  /** Runs until the signal aborts or the server refuses. */
  run(): Promise<void> {
    return keepConnected((isUp) => this.#follow(isUp), this.reports, this.signal);
  }

  /** Reads the next page, if there is one and none is being read. */
  readMore(): void {
    if (!this.isLoaded || this.isComplete || this.#reading !== undefined) return;
    this.#news.clear();
    this.#read(() => this.#readNext());
  }

  async #follow(isUp: () => void): Promise<void> {
    const query = new URLSearchParams(this.filter.prefix === '' ? {} : { prefix: this.filter.prefix });
    const headers = { Accept: 'text/event-stream' };
    const response = await request(`events?${query}`, { headers, signal: this.signal });
    isUp();
    this.reports.connected();
    this.#reload();
    const parser = new ServerEventParser();
    for await (const text of textOf(response)) {
      for (const event of parser.add(text)) this.#take(event);
      this.reports.changed();
    }
  }

  #take({ name, data }: ServerEvent): void {
    if (name === 'reset') {
      this.#reload();
      return;
    }
    const entry: StreamEntry = JSON.parse(data);
    if (name === 'removed' || isGone(entry)) this.#remove(entry.id);
    else this.#apply(entry);
  }

  #apply(entry: StreamEntry): void {
    const stream = listedStream(entry);
    this.#remember(stream.id, stream);
    const moved = this.rows.apply(stream, this.isComplete);
    if (moved !== undefined) this.reports.shifted(moved.index, moved.change);
  }

  #remove(id: string): void {
    this.#remember(id, undefined);
    const moved = this.rows.remove(id);
    if (moved !== undefined) this.reports.shifted(moved.index, moved.change);
  }

  #remember(id: string, stream: ListedStream | undefined): void {
    if (this.#reading === undefined) return;
    this.#news.set(id, stream);
    if (this.#news.size > NEWS_MAX) this.#reload();
  }

  /** Reads as many rows as there are now, and puts them in their place at once. */
  #reload(): void {
    const before = this.#reading ?? Promise.resolve();
    this.#news.clear();
    this.#read(async () => {
      await before;
      await this.#readAnew();
    });
  }

  async #readAnew(): Promise<void> {
    const wanted = this.rows.count;
    const fresh = new StreamRows(this.filter);
    let next: string | null | undefined;
    do {
      const limit = wanted > FIRST_PAGE ? RELOAD_PAGE : FIRST_PAGE;
      next = await this.#addPage(fresh, { limit: `${limit}`, ...(next && { cursor: next }) });
    } while (next !== null && fresh.count < Math.max(1, wanted));
    this.rows = fresh;
    this.#next = next;
  }

  async #readNext(): Promise<void> {
    // A page may have no stream at all and still a next one.
    for (const before = this.rows.count; typeof this.#next === 'string' && this.rows.count === before; )
      this.#next = await this.#addPage(this.rows, { limit: `${NEXT_PAGE}`, cursor: this.#next });
  }

  async #addPage(rows: StreamRows, query: Readonly<Record<string, string>>): Promise<string | null> {
    const { streams, next } = await this.#page(query);
    rows.addPage(streams.map(listedStream));
    for (const [id, stream] of this.#news) {
      if (stream === undefined) rows.remove(id);
      else rows.apply(stream, next === null);
    }
    return next;
  }

  #read(run: () => Promise<void>): void {
    const reading = run()
      .catch((error: unknown) => this.reports.pageFailed(error))
      .finally(() => {
        if (this.#reading !== reading) return;
        this.#reading = undefined;
        this.reports.changed();
      });
    this.#reading = reading;
  }

  async #page(query: Readonly<Record<string, string>>): Promise<ListPageBody> {
    const { prefix, state } = this.filter;
    const parameters = new URLSearchParams({ ...(prefix && { prefix }), ...(state && { state }), ...query });
    const headers = { Accept: 'application/json' };
    const response = await request(`stream?${parameters}`, { headers, signal: this.signal });
    const date = Date.parse(response.headers.get('Date') ?? '');
    // `Date` has whole seconds: a smaller difference is none.
    if (Number.isFinite(date)) this.#clockAhead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
    return response.json();
  }
}

function isGone({ outcome }: StreamEntry): boolean {
  return outcome === 'deleted' || outcome === 'expired' || outcome === 'replaced';
}
