import { isLogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import { pause } from '../scheduling/pause';
import { TimeSlices } from '../scheduling/time-slices';
import type { Change } from './change';
import type { DueQuery, LogStore } from './store';

export interface JanitorOptions {
  readonly intervalMs: number;
  /** Logs sealed longer ago than this are removed. Absent: none is. Milliseconds. */
  readonly maxAgeMs?: number;
  readonly report: (event: JanitorEvent) => void;
}

export type JanitorEvent =
  | { readonly kind: 'abandoned' | 'expired'; readonly log: LogInfo }
  /** One log could not be taken care of. It stays due. Said once. */
  | { readonly kind: 'failed'; readonly log: LogInfo; readonly error: unknown }
  /** A round broke off. Said once, until `back`. */
  | { readonly kind: 'away'; readonly error: unknown }
  | { readonly kind: 'back' };

const ABANDONED = 'Its producer did not come back within the grace time';

/** How many logs are changed at once: enough for a store to group their commits, and too few to hold up producers. */
const BATCH = 32;
/** How many logs that cannot be ended a round goes past: each batch reads them again. */
const LEFT_MAX = 256;
/** For how many of those it is remembered that they were reported. */
const REPORTED_MAX = 1_000;

/**
 * Abandons overdue logs and removes expired and old ones, round after round, until the signal aborts; resolves then. Any number of
 * nodes may do so on one store: each change takes effect once.
 */
export async function runJanitor(
  store: LogStore,
  options: JanitorOptions,
  signal: AbortSignal,
): Promise<void> {
  let isAway = false;
  const report = withoutRepeats(options.report);
  while (!signal.aborted) {
    try {
      await sweep(store, { ...options, report }, signal);
      if (isAway) options.report({ kind: 'back' });
      isAway = false;
    } catch (error) {
      // While the server stops its store closes, or waits for what does not come any more.
      if (!isAway && !signal.aborted) options.report({ kind: 'away', error });
      isAway = true;
    }
    await pause(options.intervalMs, signal);
  }
}

/** Each round fails again for a log that cannot be ended. */
function withoutRepeats(report: JanitorOptions['report']): JanitorOptions['report'] {
  const reported = new Set<string>();
  return (event) => {
    if (event.kind === 'failed') {
      if (reported.has(event.log.generation)) return;
      if (reported.size < REPORTED_MAX) reported.add(event.log.generation);
    }
    report(event);
  };
}

/**
 * One round.
 * @param now by the store's clock. It is the same for the whole round, so that the round comes to an end
 * @throws what `LogStore.due` throws, and LogError `STORE_UNAVAILABLE`
 */
export async function sweep(
  store: LogStore,
  options: Pick<JanitorOptions, 'maxAgeMs' | 'report'>,
  signal: AbortSignal,
  now = store.now(),
): Promise<void> {
  // First: what has expired counts as gone, and need not be found by those after it.
  await runTask(store, expiredBy(now), options.report, signal);
  await runTask(store, overdueBy(now), options.report, signal);
  if (options.maxAgeMs !== undefined) {
    await runTask(store, sealedBefore(now - options.maxAgeMs), options.report, signal);
  }
}

interface SweepTask {
  readonly due: DueQuery;
  /** States its condition again: a log may have changed since it was found. */
  readonly change: Change;
  readonly done: 'abandoned' | 'expired';
  /** Whether it was the change that did it: another may have been a moment faster. */
  tookEffect(after: LogInfo, before: LogInfo): boolean;
  /** Whether the log, as it was found `before`, need not be found again in this round. */
  isSettled(after: LogInfo, before: LogInfo): boolean;
}

function expiredBy(now: number): SweepTask {
  // Otherwise it was touched meanwhile. The clock is not compared: that of the store may differ.
  const isRemoved = (after: LogInfo, before: LogInfo): boolean =>
    after.expiresAt !== undefined && after.expiresAt === before.expiresAt;
  return {
    due: { kind: 'expired', now },
    change: { kind: 'remove', outcome: { kind: 'expired' }, expiredAt: now },
    done: 'expired',
    tookEffect: isRemoved,
    isSettled: isRemoved,
  };
}

function overdueBy(now: number): SweepTask {
  return {
    due: { kind: 'overdue', now },
    change: { kind: 'abandon', now, reason: ABANDONED },
    done: 'abandoned',
    tookEffect: ({ outcome }) => outcome?.kind === 'aborted' && outcome.reason === ABANDONED,
    // Still open: its producer came back a moment before, or the store does not agree that it is due.
    isSettled: (after, before) => after.state === 'closed' || after.epoch !== before.epoch,
  };
}

function sealedBefore(before: number): SweepTask {
  return {
    due: { kind: 'sealed', before },
    change: { kind: 'remove', outcome: { kind: 'expired' }, sealedBefore: before },
    done: 'expired',
    tookEffect: ({ outcome }) => outcome !== undefined,
    isSettled: (after) => after.state === 'closed',
  };
}

async function runTask(
  store: LogStore,
  task: SweepTask,
  report: JanitorOptions['report'],
  signal: AbortSignal,
): Promise<void> {
  const slices = new TimeSlices();
  // Generations that stay due: the next round tries them anew.
  const left = new Set<string>();
  for (let before: readonly LogInfo[] = []; !signal.aborted; ) {
    const limit = BATCH + left.size;
    const due = await store.due(task.due, limit);
    const batch = due.filter(({ generation }) => !left.has(generation));
    await Promise.all(
      batch.map(async (log) => {
        if (!(await sweepLog(store, log, task, report))) left.add(log.generation);
      }),
    );
    if (due.length < limit || left.size > LEFT_MAX || isSameBatch(batch, before)) return;
    before = batch;
    if (slices.isOver) await slices.next();
  }
}

function isSameBatch(batch: readonly LogInfo[], before: readonly LogInfo[]): boolean {
  return batch.every(({ generation }, i) => generation === before[i]?.generation);
}

/** @returns whether the log is due no more. */
async function sweepLog(
  store: LogStore,
  log: LogInfo,
  task: SweepTask,
  report: JanitorOptions['report'],
): Promise<boolean> {
  try {
    const after = await store.change(log, task.change);
    if (task.tookEffect(after, log)) report({ kind: task.done, log });
    return task.isSettled(after, log);
  } catch (error) {
    // Another node, or the log's owner, was faster.
    if (isLogError(error, 'LOG_GONE') || isLogError(error, 'LOG_SEALED')) return true;
    if (isLogError(error, 'STORE_UNAVAILABLE')) throw error;
    report({ kind: 'failed', log, error });
    return false;
  }
}
