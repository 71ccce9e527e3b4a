import { setMaxListeners } from 'node:events';
import { isLogError } from '../log/errors';
import type { LogInfo, LogRef } from '../log/log';
import { type Offset, START } from '../log/offset';
import { abortable } from '../scheduling/abortable';
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
  const followed = new Map<string, FollowedLog>();
  const reading = new Semaphore(READERS);
  const context: FollowContext = {
    store,
    listener,
    signal,
    readOptions: {
      limitRead: (read) =>
        reading.run(async () => {
          await listener.ready();
          return read();
        }),
    },
    onEnd: ({ generation }) => {
      followed.delete(generation);
      if (!isListed) known.add(generation);
    },
  };
  const begin = ({ id, generation }: LogRef, from: Offset): void => {
    if (followed.has(generation) || !id.startsWith(options.prefix) || signal.aborted) return;
    followed.set(generation, new FollowedLog(context, { id, generation }, from));
  };
  /** Logs that began or ended during a listing, which may contain them as well, perhaps after their end. */
  const known = new Set<string>();
  let isListed = false;
  let hasMissed = false;
  let wake = (): void => {};
  const onEvent = ({ kind, log }: LifecycleEvent): void => {
    if (kind !== 'created') return;
    if (!isListed) known.add(log.generation);
    begin(log, START);
  };
  const onMissed = (): void => {
    hasMissed = true;
    wake();
  };
  const list = async (from: FollowManyOptions['from']): Promise<void> => {
    isListed = false;
    hasMissed = false;
    await eachActiveLog(store, options.prefix, signal, (info) => {
      if (!known.has(info.generation)) begin(info, from === 'start' ? START : info.tail);
    });
    isListed = true;
    known.clear();
  };
  const forget = store.lifecycle(onEvent, onMissed);
  try {
    await list(options.from);
    for (;;) {
      if (!hasMissed)
        await abortable<void>(signal, (resolve) => {
          wake = resolve;
          return () => {};
        });
      // Logs that are not followed yet have begun since the first listing.
      await retried(() => list('start'), signal);
    }
  } finally {
    forget();
    await leaveAll(followed.values());
  }
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

/** Instead of one abort listener per log: adding or removing one takes time for each other one. */
async function leaveAll(logs: Iterable<FollowedLog>): Promise<void> {
  const slices = new TimeSlices();
  for (const log of logs) {
    log.stop();
    if (slices.isOver) await slices.next();
  }
}
