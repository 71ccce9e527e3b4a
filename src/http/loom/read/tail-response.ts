import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../../core/bytes/size-of';
import { RemovalWatch } from '../../../core/events/removal-watch';
import { PAGE_BYTES } from '../../../core/follow/page-size';
import { readToTail } from '../../../core/follow/read-to-tail';
import { isLogError } from '../../../core/log/errors';
import type { LogInfo, LogOutcome, LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogNews, Page } from '../../../core/store/store';
import type { WireContext } from '../../front/wire';
import { closedState } from '../../headers/stream-state';
import { ChunkedBody } from '../../live/chunked-body';
import type { Consumer } from '../../live/consumers';
import { detach } from '../../live/detach';
import { destroyIfStalled } from '../../live/finish';
import { markLongLived } from '../../live/long-lived';
import { waitForDrain } from '../../live/wait-for-drain';

/**
 * How much may wait in a live consumer's socket before it counts as fallen behind. It is then no longer sent what is new, but
 * reads it from the store once its socket has drained: nothing queues for it here.
 */
const BEHIND_BYTES = 128 * 1024;

/**
 * A response that goes with its log.
 *
 * READING  sends what the store has, as fast as its consumer takes it. What the log's watchers are told is only noted.
 * LIVE     sends what the log's watchers are told, in the same turn. It goes back to READING when it is told of something that it was
 *          not given, or when its consumer falls behind.
 * OVER     was ended or cut, or its client has left. It is cut when the log loses bytes: only a new request can learn of that. Final.
 *
 * Thousands of them stand at a tail and wait, so that a LIVE one has no promise, timer or signal of its own.
 */
export class TailResponse implements Consumer {
  #state: Reading | 'live' | 'over' = 'over';
  #at: Offset;
  /** The tail at the request, from which on there are news of everything. */
  readonly #known: Offset;
  readonly #body: ChunkedBody;
  readonly #log: LogRef;
  readonly #unwatch: () => void;

  /**
   * Sends the log from `from` on. The head leaves with the first page: a failure before that can still be told, and a write of its own
   * would cost a sixth of what it takes to begin a tail.
   * @param writeHead is not called when the client leaves before
   * @throws LogError as `LogStore.read`
   */
  static async begin(
    wire: WireContext,
    res: ServerResponse,
    info: LogInfo,
    from: Offset,
    writeHead: () => void,
  ): Promise<void> {
    const tail = new TailResponse(wire, res, info, from);
    const reading = new Reading();
    tail.#state = reading;
    wire.consumers.add(res, tail);
    try {
      const page = await wire.store.read(tail.#log, from, PAGE_BYTES, info.tail);
      if (tail.#state !== reading) return;
      writeHead();
      res.cork();
      tail.#body.begin();
      tail.#send(page);
      res.uncork();
      tail.#goOn(reading, page);
    } catch (error) {
      tail.#stop();
      throw error;
    }
  }

  private constructor(
    private readonly wire: WireContext,
    private readonly res: ServerResponse,
    info: LogInfo,
    from: Offset,
  ) {
    this.#log = { id: info.id, generation: info.generation };
    this.#at = from;
    this.#known = info.tail;
    this.#body = new ChunkedBody(res);
    this.#unwatch = wire.store.watch(this.#log, info.tail, (news) => this.#hear(news));
  }

  close(): void {
    if (this.#state === 'over') return;
    this.#stop();
    this.res.destroy();
  }

  #hear(news: LogNews): void {
    const state = this.#state;
    if (state === 'over') return;
    if (news.kind === 'lost') this.close();
    else if (state !== 'live') state.onNews(news);
    else if (news.kind === 'bytes' && news.from === this.#at) this.#pass(news.chunks, news.end);
    else if (news.kind === 'ended' && news.at === this.#at) this.#end(news.outcome);
    else this.#read(news);
  }

  #pass(chunks: readonly Buffer[], end?: LogOutcome): void {
    this.#at = advance(this.#at, sizeOf(chunks));
    this.#body.writeShared(chunks);
    if (end !== undefined) this.#end(end);
    else if (this.res.writableLength > BEHIND_BYTES) this.#read();
  }

  #goOn(reading: Reading, page: Page): void {
    if (this.res.writableLength === 0) page.release?.();
    if (page.end !== undefined) this.#end(page.end);
    else if (page.next >= this.#known && !reading.hasMore(page.next)) this.#state = 'live';
    else detach(this.res, this.wire.logger, this.#catchUp(reading));
  }

  #read(why?: LogNews): void {
    const reading = new Reading();
    if (why !== undefined) reading.onNews(why);
    this.#state = reading;
    detach(this.res, this.wire.logger, this.#catchUp(reading));
  }

  /** @throws when the consumer leaves, or the log is gone before it has had all of it */
  async #catchUp(reading: Reading): Promise<void> {
    let outcome: LogOutcome | undefined;
    try {
      do outcome = await this.#sendStored(reading.signal);
      while (outcome === undefined && reading.hasMore(this.#at));
    } catch (error) {
      outcome = isLogError(error, 'LOG_GONE') ? await reading.removal.outcomeAt(this.#at) : undefined;
      if (outcome === undefined) throw error;
    }
    if (this.#state !== reading) return;
    if (outcome === undefined) this.#state = 'live';
    else this.#end(outcome);
  }

  /** Sends up to the tail. @returns how the log ended, if that is its end */
  async #sendStored(signal: AbortSignal): Promise<LogOutcome | undefined> {
    const { store, config } = this.wire;
    // What was sent before may still wait: were it at the tail by now, nothing below would wait for its socket.
    await waitForDrain(this.res, config.http.consumerTimeout, signal);
    for await (const page of readToTail(store, this.#log, this.#at, signal, { mayUseLargePages: true })) {
      this.#send(page);
      await waitForDrain(this.res, config.http.consumerTimeout, signal);
      if (this.res.writableLength === 0) page.release?.();
      if (page.end !== undefined) return page.end;
    }
    return undefined;
  }

  #send({ chunks, next }: Page): void {
    this.#body.write(chunks);
    // It has been handed on: if the log is gone when more is asked for, this was had.
    this.#at = next;
    if (next >= this.#known) markLongLived(this.res);
  }

  #end(outcome: LogOutcome): void {
    this.#stop();
    this.#body.end({ 'X-Stream-State': closedState(outcome) });
    destroyIfStalled(this.res, this.wire.config.http.consumerTimeout);
  }

  #stop(): void {
    const state = this.#state;
    this.#state = 'over';
    this.#unwatch();
    if (state instanceof Reading) state.stop();
  }
}

/** What a response hears while it reads. */
class Reading {
  readonly removal = new RemovalWatch();
  readonly #stopping = new AbortController();
  /** How far the log has come, as far as it was told. */
  #heardOf: Offset | undefined;
  /** It was told that there is something, and not what. */
  #mustLook = false;

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  onNews(news: LogNews): void {
    this.removal.onNews(news);
    if (news.kind === 'bytes') this.#heardOf = advance(news.from, sizeOf(news.chunks));
    else this.#mustLook = true;
  }

  /**
   * Whether there may be more in the store than what was read up to `at`. Asked once for each time that the tail was reached. What was
   * heard counts once: Redis may have lost those bytes since, and who went on looking for them would do nothing else.
   */
  hasMore(at: Offset): boolean {
    const hasMore = this.#mustLook || (this.#heardOf !== undefined && this.#heardOf > at);
    this.#mustLook = false;
    this.#heardOf = undefined;
    return hasMore;
  }

  stop(): void {
    this.#stopping.abort();
  }
}
