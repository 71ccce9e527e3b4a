import { isLogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import { pause } from '../scheduling/pause';
import { TimeSlices } from '../scheduling/time-slices';
import type { Change } from './change';
import type { DueQuery } from './due-query';
import type { LogStore } from './store';

export interface JanitorOptions {
  readonly intervalMs: number;
  /** Logs that were sealed longer ago are removed. Absent: none is. Milliseconds. */
  readonly maxAgeMs?: number;
  readonly report: (event: JanitorEvent) => void;
}

/** What the janitor did, or could not do. */
export type JanitorEvent =
  | { readonly kind: 'abandoned' | 'expired'; readonly log: LogInfo }
  /** One log could not be changed. It stays due. Reported once. */
  | { readonly kind: 'failed'; readonly log: LogInfo; readonly error: unknown }
  /** A round broke off. Reported once, until `back`. */
  | { readonly kind: 'away'; readonly error: unknown }
  | { readonly kind: 'back' };

const ABANDONED = 'Its producer did not come back within the grace time';

/** How many logs are changed at once: enough for a store to group its commits, and too few to delay producers. */
const BATCH = 32;
/** How many logs that cannot be ended a round skips: each batch reads them again. */
const LEFT_MAX = 256;
/** For how many of those the report is remembered. */
const REPORTED_MAX = 1_000;

/** Abandons overdue logs and removes expired and old ones until the signal aborts. On any number of nodes, each change works once. */
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
      // While the server stops, its store closes or waits for a connection that will not come.
      if (!isAway && !signal.aborted) options.report({ kind: 'away', error });
      isAway = true;
    }
    await pause(options.intervalMs, signal);
  }
}

/** Each round fails again for a log that cannot be ended: only the first failure is reported. */
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

/** One round. @param now by the store's clock, fixed, so that the round ends @throws as `LogStore.due`; LogError `STORE_UNAVAILABLE` */
export async function sweep(
  store: LogStore,
  options: Pick<JanitorOptions, 'maxAgeMs' | 'report'>,
  signal: AbortSignal,
  now = store.now(),
): Promise<void> {
  // First, because expired logs count as gone: the other tasks need not find them.
  await runTask(store, expiredBy(now), options.report, signal);
  await runTask(store, overdueBy(now), options.report, signal);
  if (options.maxAgeMs !== undefined) {
    await runTask(store, sealedBefore(now - options.maxAgeMs), options.report, signal);
  }
}

interface SweepTask {
  readonly due: DueQuery;
  /** Repeats the condition of `due`: a log may have changed since it was found. */
  readonly change: Change;
  readonly done: 'abandoned' | 'expired';
  /** Whether this change ended the log: another node may have been faster. */
  tookEffect(after: LogInfo, before: LogInfo): boolean;
  /** Whether this round need not find the log again. */
  isSettled(after: LogInfo, before: LogInfo): boolean;
}

function expiredBy(now: number): SweepTask {
  // Otherwise a touch moved the expiry. The clock is not compared: the store may have another.
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
    // Not if it is still open in the same epoch: then the store does not agree that it is due.
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
  // Generations that stay due until the next round.
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

/** @returns whether the log is no longer due */
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
    // Another node or the log's producer was faster.
    if (isLogError(error, 'LOG_GONE') || isLogError(error, 'LOG_SEALED')) return true;
    if (isLogError(error, 'STORE_UNAVAILABLE')) throw error;
    report({ kind: 'failed', log, error });
    return false;
  }
}
