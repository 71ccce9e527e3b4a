import type { Commit, CommitResult, LogInfo, LogInit, LogRef, ProducerMark } from '../../src/core/log/log';
import type { LogId } from '../../src/core/log/log-id';
import type { CommitLimits, LogStore } from '../../src/core/store/store';
import { bytes, uniqueId } from './logs';

export const AMPLE: CommitLimits = { logBytesMax: 1 << 30, producersMax: 1_000 };

/** A log that waits for commits: no producer is attached. */
export async function createOpenLog(
  store: LogStore,
  init: Partial<LogInit> = {},
  id: LogId = uniqueId(),
): Promise<LogInfo> {
  return (await store.create(id, { contentType: 'text/plain', ...init }, 'new')).info;
}

export function commit(
  store: LogStore,
  log: LogRef,
  text: string,
  rest: Omit<Commit, 'chunks'> = {},
  limits: CommitLimits = AMPLE,
): Promise<CommitResult> {
  return store.commit(log, { chunks: text === '' ? [] : bytes(text), ...rest }, limits);
}

export function mark(sequence: number, epoch = 0, id = 'p'): ProducerMark {
  return { id, epoch, sequence };
}

export function remove(store: LogStore, log: LogRef): Promise<LogInfo> {
  return store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
}
