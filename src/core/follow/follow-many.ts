import { setMaxListeners } from 'node:events';
import { sizeOf } from '../bytes/size-of';
import { isLogError } from '../log/errors';
import type { LogInfo, LogRef } from '../log/log';
import type { Loss } from '../log/loss';
import { advance, type Offset, START } from '../log/offset';
import { Semaphore } from '../scheduling/semaphore';
import { TimeSlices } from '../scheduling/time-slices';
import { allLogs } from '../store/all-logs';
import type { LifecycleEvent, LogNews, LogStore, Page } from '../store/store';
import { readToTail } from './read-to-tail';

/** Sees many logs at once. Its methods are called in the turn in which the news arrives and must not block. */
export interface ManyLogsListener {
  started(log: LogRef): void;
  /** @returns false when it has no time for them now: they are to be read from the store */
  bytes(log: LogRef, chunks: readonly Buffer[]): boolean;
  /** Bytes that were read from the store, once it was `ready`. */
  stored(log: LogRef, chunks: readonly Buffer[]): void;
  /** So many bytes that follow were never shown: the log was removed before they could be read. */
  skipped(log: LogRef, bytes: number): void;
  /** Bytes that were shown are gone. The next ones begin at `loss.from`. */
  lost(log: LogRef, loss: Loss): void;
  ended(log: LogRef): void;
  /** Resolves when it can take more of what is read for it from the store; rejects when it has left. */
  ready(): Promise<void>;
}

export interface FollowManyOptions {
  /** Only logs whose id starts so. */
  readonly prefix: string;
  /** Where to begin with logs that are active already. New ones are shown from their first byte on. */
  readonly from: 'now' | 'start';
}

const LIST_PAGE = 1000;

/** How many logs are read from the store at a time: each holds a page. The others wait, and hold nothing. */
const READERS = 4;

/**
 * Shows a spectator every active log and every new one, of every node, until the signal aborts.
 * @throws the signal's reason; LogError when the active logs cannot be listed
 */
export async function followMany(
  store: LogStore,
  listener: ManyLogsListener,
  options: FollowManyOptions,
  signal: AbortSignal,
): Promise<never> {
  const followed = new Map<string, FollowedLog>();
  // Each log that is read from the store may wait with it.
  setMaxListeners(0, signal);
  const gate = new Semaphore(READERS);
  const limitRead = (read: () => Promise<Page>): Promise<Page> =>
    gate.run(async () => {
      await listener.ready();
      return read();
    });
  const begin = (log: LogRef, at: Offset): void => {
    if (followed.has(log.generation) || !log.id.startsWith(options.prefix) || signal.aborted) return;
    const onEnd = (): unknown => followed.delete(log.generation);
    followed.set(log.generation, new FollowedLog(store, log, at, { listener, signal, limitRead, onEnd }));
  };
  /** New logs that the list may show as well, perhaps when they are over already. */
  const created = new Set<string>();
  let isListed = false;
  const onEvent = ({ kind, log }: LifecycleEvent): void => {
    if (kind !== 'created') return;
    if (!isListed) created.add(log.generation);
    begin(log, START);
  };
  const forget = store.lifecycle(onEvent);
  try {
    await eachActiveLog(store, options.prefix, signal, (info) => {
      if (!created.has(info.generation)) begin(info, options.from === 'start' ? START : info.tail);
    });
    isListed = true;
    created.clear();
    return await aborted(signal);
  } finally {
    forget();
    await leaveAll(followed.values());
  }
}

/** Both states in one list: a log that goes from one to the other meanwhile is in it all the same. */
async function eachActiveLog(
  store: LogStore,
  prefix: string,
  signal: AbortSignal,
  visit: (info: LogInfo) => void,
): Promise<void> {
  const slices = new TimeSlices(signal);
  for await (const logs of allLogs(store, { limit: LIST_PAGE, prefix, state: 'live' }, signal)) {
    for (const info of logs) {
      visit(info);
      if (slices.isOver) await slices.next();
    }
  }
}

/** Not by a listener each: to add or remove one takes as long as there are others. */
async function leaveAll(logs: Iterable<FollowedLog>): Promise<void> {
  const slices = new TimeSlices();
  for (const log of logs) {
    log.stop();
    if (slices.isOver) await slices.next();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

interface FollowContext {
  readonly listener: ManyLogsListener;
  readonly signal: AbortSignal;
  readonly limitRead: (read: () => Promise<Page>) => Promise<Page>;
  readonly onEnd: () => void;
}

/**
 * LIVE     stands at the tail and passes on what the log's watchers are told.
 * READING  was told of bytes that it was not given: reads them from the store, then LIVE again.
 * OVER     the log has ended, or the spectator has left. Final.
 *
 * It tells the end in the turn in which it hears of it: that of a log that was replaced comes before the start of the one in its place.
 */
class FollowedLog {
  #state: 'live' | 'reading' | 'over' = 'live';
  #at: Offset;
  /** The last tail that the news have named. */
  #tail: Offset;
  #unwatch: () => void = () => {};

  constructor(
    private readonly store: LogStore,
    private readonly log: LogRef,
    at: Offset,
    private readonly around: FollowContext,
  ) {
    this.#at = at;
    this.#tail = at;
    around.listener.started(log);
    this.#watch();
  }

  #watch(): void {
    this.#state = 'live';
    this.#unwatch = this.store.watch(this.log, this.#at, (news) => this.#onNews(news));
  }

  #noteTail(news: LogNews): void {
    if (news.kind === 'bytes') this.#tail = advance(news.from, sizeOf(news.chunks));
    else if (news.kind === 'ended') this.#tail = news.at;
    else if (news.kind === 'lost') this.#tail = news.loss.from;
  }

  #onNews(news: LogNews): void {
    if (this.around.signal.aborted) return;
    this.#noteTail(news);
    if (news.kind === 'bytes' && news.from === this.#at) this.#pass(news.chunks);
    else if (news.kind === 'ended' && news.at === this.#at) this.#end();
    else if (news.kind === 'lost') this.#goBack(news.loss);
    else void this.#read();
  }

  #goBack(loss: Loss): void {
    if (loss.from < this.#at) {
      this.#at = loss.from;
      this.around.listener.lost(this.log, loss);
    }
    void this.#read();
  }

  async #read(): Promise<void> {
    this.#unwatch();
    this.#state = 'reading';
    let loss: Loss | undefined;
    const { store, log } = this;
    const { signal, limitRead } = this.around;
    this.#unwatch = this.store.watch(this.log, this.#at, (news) => {
      this.#noteTail(news);
      if (news.kind === 'lost') loss = news.loss;
    });
    try {
      for await (const page of readToTail(store, log, this.#at, signal, { limitRead })) {
        if (this.#isOver()) return;
        if (loss !== undefined) break;
        this.#passStored(page.chunks);
        if (page.end !== undefined) return this.#end();
      }
      this.#unwatch();
      if (loss === undefined) this.#watch();
      else this.#goBack(loss);
    } catch (error) {
      // Gone: it was replaced or removed before all of it could be shown. Whatever else went wrong with this log,
      // the others are still shown.
      if (isLogError(error)) this.#endEarly();
      else this.stop();
    }
  }

  #pass(chunks: readonly Buffer[]): void {
    if (this.around.listener.bytes(this.log, chunks)) this.#at = advance(this.#at, sizeOf(chunks));
    else void this.#read();
  }

  #passStored(chunks: readonly Buffer[]): void {
    if (chunks.length === 0) return;
    this.#at = advance(this.#at, sizeOf(chunks));
    this.around.listener.stored(this.log, chunks);
  }

  #endEarly(): void {
    if (this.#tail > this.#at && !this.#isOver())
      this.around.listener.skipped(this.log, this.#tail - this.#at);
    this.#end();
  }

  #end(): void {
    if (this.#isOver()) return;
    this.stop();
    this.around.listener.ended(this.log);
  }

  /** It gets no more news. */
  stop(): void {
    this.#unwatch();
    this.#state = 'over';
    this.around.onEnd();
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }
}
