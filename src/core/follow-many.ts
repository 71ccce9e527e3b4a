import { setMaxListeners } from 'node:events';
import { isLogError } from './errors';
import { catchUp } from './follow';
import type { LogRef, LogState } from './log';
import { type Offset, START } from './offset';
import { standAtTail } from './stand-at-tail';
import type { LifecycleEvent, LogStore } from './store';

/** Sees many logs at once. Its methods are called in the turn in which the news arrives and must not block. */
export interface Spectator {
  started(log: LogRef): void;
  bytes(log: LogRef, chunks: readonly Buffer[]): void;
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

const ACTIVE: readonly LogState[] = ['open', 'interrupted'];
const LIST_PAGE = 1000;

/**
 * Shows a spectator every active log and every new one, of every node, until the signal aborts.
 * @throws the signal's reason; LogError when the active logs cannot be listed
 */
export async function followMany(
  store: LogStore,
  spectator: Spectator,
  options: FollowManyOptions,
  signal: AbortSignal,
): Promise<never> {
  /** By their generations. */
  const shown = new Set<string>();
  // Each log that is shown has a listener.
  setMaxListeners(0, signal);
  const begin = (log: LogRef, at: Offset): void => {
    if (shown.has(log.generation) || !log.id.startsWith(options.prefix) || signal.aborted) return;
    shown.add(log.generation);
    void show(store, log, at, spectator, signal).finally(() => shown.delete(log.generation));
  };
  const onEvent = (event: LifecycleEvent): void => {
    if (event.kind === 'created') begin(event.log, START);
  };
  const forget = store.lifecycle(onEvent);
  try {
    for await (const info of activeLogs(store, options.prefix)) {
      begin(info, options.from === 'start' ? START : info.tail);
    }
    return await aborted(signal);
  } finally {
    forget();
  }
}

async function* activeLogs(store: LogStore, prefix: string): AsyncGenerator<LogRef & { tail: Offset }> {
  for (const state of ACTIVE) {
    let cursor: string | undefined;
    do {
      const page = await store.list({
        limit: LIST_PAGE,
        prefix,
        state,
        ...(cursor !== undefined && { cursor }),
      });
      yield* page.logs;
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * Shows one log until it ends or the spectator leaves: stands at the tail, and reads from the store what it is told of and not given.
 * Never throws.
 */
async function show(
  store: LogStore,
  log: LogRef,
  from: Offset,
  spectator: Spectator,
  signal: AbortSignal,
): Promise<void> {
  spectator.started(log);
  try {
    await showUntilEnd(store, log, from, spectator, signal);
  } catch (error) {
    if (!isLogError(error)) return;
    // Gone: it was replaced or removed before all of it could be shown. Whatever else went wrong with this log, the others are still
    // shown.
  }
  spectator.ended(log);
}

/** @throws LogError; the signal's reason */
async function showUntilEnd(
  store: LogStore,
  log: LogRef,
  from: Offset,
  spectator: Spectator,
  signal: AbortSignal,
): Promise<void> {
  const pass = (chunks: readonly Buffer[]): boolean => {
    if (chunks.length > 0) spectator.bytes(log, chunks);
    return true;
  };
  for (let at = from; ; ) {
    const live = await standAtTail(store, log, at, signal, pass);
    if (live.outcome !== undefined) return;
    at = live.at;
    for await (const page of catchUp(store, log, at, signal)) {
      await spectator.ready();
      signal.throwIfAborted();
      pass(page.chunks);
      if (page.end !== undefined) return;
      at = page.next;
    }
  }
}
