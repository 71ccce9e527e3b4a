import { setMaxListeners } from 'node:events';
import { isLogError } from '../log/errors';
import type { LogInfo, LogRef } from '../log/log';
import { type Offset, START } from '../log/offset';
import { onAbort } from '../scheduling/abortable';
import { Latch } from '../scheduling/latch';
import { pause } from '../scheduling/pause';
import { Semaphore } from '../scheduling/semaphore';
import { TimeSlices } from '../scheduling/time-slices';
import { allLogs } from '../store/all-logs';
import type { LifecycleEvent } from '../store/news';
import type { LogStore } from '../store/store';
import { type FollowContext, FollowedLog } from './followed-log';
import type { ManyLogsListener } from './many-logs-listener';

interface FollowManyOptions {
  /** Only logs whose id begins with it. */
  readonly prefix: string;
  /** Where to begin with logs that are already active. New logs are followed from their first byte on. */
  readonly from: 'now' | 'start';
}

const LIST_PAGE = 1000;

/** How many logs are read from the store at a time. Each holds a page; those that wait hold nothing. */
const READERS = 4;
/** After a listing that the store could not answer. */
const RETRY_MS = 500;

/** Follows every active and every new log, of every node. @throws the signal's reason; LogError if the logs cannot be listed */
export async function followMany(
  store: LogStore,
  listener: ManyLogsListener,
  options: FollowManyOptions,
  signal: AbortSignal,
): Promise<never> {
  // Each log that is read from the store may wait with it.
  setMaxListeners(0, signal);
  const logs = new ActiveLogs(store, listener, options.prefix, signal);
  const missed = new Latch();
  const forget = store.lifecycle(
    (event) => logs.take(event),
    () => missed.set(),
  );
  const stopWaiting = onAbort(signal, missed.set);
  try {
    await logs.list(options.from);
    for (;;) {
      await missed.wait();
      signal.throwIfAborted();
      missed.clear();
      // Logs that are not followed yet have begun since the first listing.
      await retried(() => logs.list('start'), signal);
    }
  } finally {
    stopWaiting();
    forget();
    await logs.leave();
  }
}

/** The logs that are followed now. */
class ActiveLogs {
  readonly #followed = new Map<string, FollowedLog>();
  /** Logs that began or ended during a listing, which may contain them as well, perhaps after their end. */
  readonly #known = new Set<string>();
  readonly #context: FollowContext;
  #isListed = false;

  constructor(
    store: LogStore,
    listener: ManyLogsListener,
    private readonly prefix: string,
    signal: AbortSignal,
  ) {
    this.#context = {
      store,
      listener,
      signal,
      readOptions: { limitRead: readerOf(listener) },
      onEnd: ({ generation }) => {
        this.#followed.delete(generation);
        if (!this.#isListed) this.#known.add(generation);
      },
    };
  }

  take({ kind, log }: LifecycleEvent): void {
    if (kind !== 'created') return;
    if (!this.#isListed) this.#known.add(log.generation);
    this.#begin(log, START);
  }

  /** Begins with all that are active and not followed. @throws the signal's reason; as `LogStore.list` */
  async list(from: FollowManyOptions['from']): Promise<void> {
    const { store, signal } = this.#context;
    this.#isListed = false;
    await eachActiveLog(store, this.prefix, signal, (info) => {
      if (!this.#known.has(info.generation)) this.#begin(info, from === 'start' ? START : info.tail);
    });
    this.#isListed = true;
    this.#known.clear();
  }

  /** Instead of one abort listener per log: adding or removing one takes time for each other one. */
  async leave(): Promise<void> {
    const slices = new TimeSlices();
    for (const log of this.#followed.values()) {
      log.stop();
      if (slices.isOver) await slices.next();
    }
  }

  #begin({ id, generation }: LogRef, from: Offset): void {
    if (this.#followed.has(generation) || !id.startsWith(this.prefix) || this.#context.signal.aborted) return;
    this.#followed.set(generation, new FollowedLog(this.#context, { id, generation }, from));
  }
}

/** Reads once there is a reader, and the listener is ready. */
function readerOf(listener: ManyLogsListener): <T>(read: () => Promise<T>) => Promise<T> {
  const reading = new Semaphore(READERS);
  return (read) =>
    reading.run(async () => {
      await listener.ready();
      return read();
    });
}

/** For a store that was away, and may be so again. @throws the signal's reason; LogError other than `STORE_UNAVAILABLE` */
async function retried(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isLogError(error, 'STORE_UNAVAILABLE')) throw error;
      await pause(RETRY_MS, signal, { ref: false });
      signal.throwIfAborted();
    }
  }
}

/** Open and interrupted logs in one list: a log that goes from one state to the other meanwhile is in it all the same. */
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
