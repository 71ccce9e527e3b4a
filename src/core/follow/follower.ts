import { sizeOf } from '../bytes/size-of';
import { isLogError } from '../log/errors';
import type { LogOutcome, LogRef } from '../log/log';
import type { Loss } from '../log/loss';
import { advance, type Offset } from '../log/offset';
import type { BytesNews, LogNews } from '../store/news';
import type { LogStore, Page } from '../store/store';
import { PAGE_BYTES } from './page-size';
import { type ReadOptions, readPage, readToTail } from './read-to-tail';
import { Reading } from './reading';

/** How long the news of a removal may be behind the removal, which another node has made. */
const REMOVAL_NEWS_MS = 1_000;

/**
 * What became of live bytes.
 *
 * sent      they were delivered.
 * behind    they were delivered, but the consumer takes them slowly: what follows is to be read from the store.
 * declined  they were not delivered: they are to be read from the store.
 */
export type LiveDelivery = 'sent' | 'behind' | 'declined';

/**
 * Delivers a log from an offset on, each byte once: pages of the store, then live bytes, and pages again when something is missing.
 *
 * READING  reads the store up to the tail and delivers each page. The news are only noted.
 * LIVE     delivers the news in the turn in which they come. It goes back to READING when they do not continue at its offset, and
 *          when its consumer is behind or has declined them.
 * OVER     ended, failed or stopped. Final.
 *
 * A LIVE follower has no promise, timer or signal: thousands of them wait at a tail, and one promise per delivery would cost more than
 * the delivery. For the same reason a consumer is a subclass and not an object beside it. What a subclass implements must not throw,
 * except `sendStored`, `ready` and `failed`.
 */
export abstract class Follower {
  #state: Reading | 'live' | 'over' = 'live';
  #at: Offset;
  #unwatch: () => void;

  /**
   * It is LIVE at first, for a follower that needs only what comes after `from`.
   * @param seen the tail, if it is known to be after `from`: then `read` has to follow in the same turn
   */
  constructor(
    protected readonly store: LogStore,
    protected readonly log: LogRef,
    from: Offset,
    seen = from,
  ) {
    this.#at = from;
    this.#unwatch = this.#watch(seen);
  }

  /** The offset after what was delivered. */
  protected get at(): Offset {
    return this.#at;
  }

  protected get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Delivers live bytes that end at `next`. If they have an `end`, `ended` follows unless they are declined. */
  protected abstract sendLive(news: BytesNews, next: Offset): LiveDelivery;

  /** Delivers a page of the store, which has `times` if `readOptions` asks for them. If the page has an `end`, `ended` follows. */
  protected abstract sendStored(page: Page, signal: AbortSignal): Promise<void> | void;

  /** Called when the follower is over because the log has ended and all of it was delivered. */
  protected abstract ended(outcome: LogOutcome): void;

  /** The log has lost bytes, and no news follow: the follower has to `stop` or to `restart`. */
  protected abstract lost(loss: Loss): void;

  /** Called when the follower is over because of an error. @param missing how many bytes the news named that were not delivered */
  protected abstract failed(error: unknown, missing: number): void;

  /** Handles the rejection of work that goes on by itself: it rejects with what `failed` throws. */
  protected abstract detach(work: Promise<void>): void;

  /** Called after bytes of the log were delivered. */
  protected delivered(_bytes: number): void {}

  /** Resolves when the consumer can take a page. */
  protected ready(_signal: AbortSignal): Promise<void> | void {}

  /** Called when the follower goes from READING to LIVE. */
  protected caughtUp(): void {}

  protected get readOptions(): ReadOptions {
    return {};
  }

  /** A signal that aborts when the follower stops, if it has one in any case. */
  protected get readSignal(): AbortSignal | undefined {
    return undefined;
  }

  /** How long to wait for the news of a removal when a read has found the log gone. */
  protected get removalNewsMs(): number {
    return REMOVAL_NEWS_MS;
  }

  /** The follower gets no more news and delivers nothing more. */
  stop(): void {
    const state = this.#state;
    this.#state = 'over';
    this.#unwatch();
    if (state instanceof Reading) state.stop();
  }

  /** Begins to read. @param why news that were not delivered */
  protected read(why?: LogNews): void {
    const reading = this.#beginReading();
    if (reading === undefined) return;
    if (why !== undefined) reading.onNews(why);
    this.detach(this.#catchUp(reading));
  }

  /**
   * Reads the first page, for a consumer that cannot begin without it. The page has to be delivered, and `readAfter` called, in the turn
   * in which this resolves.
   * @returns `undefined` when the follower has stopped meanwhile
   * @throws LogError as `LogStore.read`
   */
  protected async readFirst(until: Offset): Promise<Page | undefined> {
    const reading = this.#beginReading();
    if (reading === undefined) return undefined;
    try {
      const { withTimes } = this.readOptions;
      const request = { from: this.#at, bytesMax: PAGE_BYTES, until, withTimes };
      const page = await readPage(this.store, this.log, request);
      return this.#state === reading ? page : undefined;
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** @param tail of the log when the follower began */
  protected readAfter(page: Page, tail: Offset): void {
    const reading = this.#state;
    if (!(reading instanceof Reading)) return;
    this.#advance(page.next);
    if (page.end !== undefined) this.#end(page.end);
    else if (page.next >= tail && !reading.hasMore(page.next)) this.#goLive();
    else this.detach(this.#catchUp(reading));
  }

  /** Goes on at `at`, behind a loss. */
  protected restart(at: Offset): void {
    if (this.#state instanceof Reading) this.#state.stop();
    this.#unwatch();
    this.#at = at;
    this.#unwatch = this.#watch(at);
    this.read();
  }

  #watch(seen: Offset): () => void {
    return this.store.watch(this.log, seen, (news) => this.#onNews(news));
  }

  #onNews(news: LogNews): void {
    const state = this.#state;
    if (state === 'over') return;
    if (news.kind === 'lost') this.lost(news.loss);
    else if (state !== 'live') state.onNews(news);
    else if (news.kind === 'bytes' && news.from === this.#at) this.#deliver(news);
    else if (news.kind === 'ended' && news.at === this.#at) this.#end(news.outcome);
    else if (!this.#has(news)) this.read(news);
  }

  /** News that were on their way may be of bytes that were read from the store meanwhile. */
  #has(news: LogNews): boolean {
    if (news.kind !== 'bytes' || news.end !== undefined) return false;
    return advance(news.from, sizeOf(news.chunks)) <= this.#at;
  }

  #deliver(news: BytesNews): void {
    const { chunks, end } = news;
    const next = advance(this.#at, sizeOf(chunks));
    const delivery = this.sendLive(news, next);
    if (delivery !== 'declined') this.#advance(next);
    if (delivery === 'declined') this.read(news);
    else if (end !== undefined) this.#end(end);
    else if (delivery === 'behind') this.read();
  }

  #advance(to: Offset): void {
    this.delivered(to - this.#at);
    this.#at = to;
  }

  #beginReading(): Reading | undefined {
    if (this.#state === 'over') return undefined;
    const reading = new Reading(this.readSignal);
    this.#state = reading;
    return reading;
  }

  async #catchUp(reading: Reading): Promise<void> {
    let outcome: LogOutcome | undefined;
    try {
      do outcome = await this.#readToTail(reading);
      while (outcome === undefined && this.#state === reading && reading.hasMore(this.#at));
    } catch (error) {
      if (this.#state === reading) await this.#fail(error, reading);
      return;
    }
    if (this.#state !== reading) return;
    if (outcome === undefined) this.#goLive();
    else this.#end(outcome);
  }

  /** @returns how the log ended, if that is its end */
  async #readToTail(reading: Reading): Promise<LogOutcome | undefined> {
    await this.ready(reading.signal);
    reading.beginPass();
    for await (const page of readToTail(this.store, this.log, this.#at, reading.signal, this.readOptions)) {
      if (this.#state !== reading) return undefined;
      await this.sendStored(page, reading.signal);
      if (this.#state !== reading) return undefined;
      this.#advance(page.next);
      if (page.end !== undefined) return page.end;
    }
    return undefined;
  }

  async #fail(error: unknown, reading: Reading): Promise<void> {
    const outcome = isLogError(error, 'LOG_GONE')
      ? await reading.removalAt(this.#at, this.removalNewsMs)
      : undefined;
    if (this.#state !== reading) return;
    if (outcome !== undefined) return this.#end(outcome);
    this.stop();
    this.failed(error, reading.bytesAfter(this.#at));
  }

  #goLive(): void {
    this.#state = 'live';
    this.caughtUp();
  }

  #end(outcome: LogOutcome): void {
    if (this.#state === 'over') return;
    this.stop();
    this.ended(outcome);
  }
}
