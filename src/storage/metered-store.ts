import { isLogError, type LogErrorCode } from '../core/log/errors';
import type { Commit, CommitResult, LogInfo, LogInit, LogRef, Writer } from '../core/log/log';
import type { LogId } from '../core/log/log-id';
import type { Offset } from '../core/log/offset';
import type { Change } from '../core/store/change';
import type { DueQuery } from '../core/store/due-query';
import type { ListPage, ListQuery } from '../core/store/list-query';
import type { LogFileAccess } from '../core/store/log-file-access';
import type { LifecycleEvent, Watcher } from '../core/store/news';
import type { CommitLimits, CreateResult, LogCounts, LogStore, Page, TimedPage } from '../core/store/store';
import type { OperationMeter, StoreMeter } from '../metrics/store-meter';

const FAILURES: ReadonlySet<LogErrorCode> = new Set(['STORE_UNAVAILABLE', 'STORE_FULL', 'STORE_DAMAGED']);

/** Measures the operations of a store. It returns the promises of the store itself, so that nothing resolves a turn later. */
export class MeteredStore implements LogStore {
  readonly appendBytesMax: number;
  readonly appendsInFlight: number;
  readonly commitDelayMs: number;
  readonly logFiles?: LogFileAccess;
  readonly wasLost?: (id: LogId) => Promise<boolean>;

  constructor(
    private readonly store: LogStore,
    private readonly meter: StoreMeter,
  ) {
    this.appendBytesMax = store.appendBytesMax;
    this.appendsInFlight = store.appendsInFlight;
    this.commitDelayMs = store.commitDelayMs;
    if (store.logFiles !== undefined) this.logFiles = store.logFiles;
    if (store.wasLost !== undefined) this.wasLost = store.wasLost.bind(store);
  }

  create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const began = performance.now();
    const creating = this.store.create(id, init, mode);
    return measure(this.meter.operations.create, began, creating, ({ replaced }) => {
      const { ended } = this.meter;
      this.meter.created += 1;
      if (replaced) ended.replaced += 1;
      if (init.first?.seal !== undefined) ended[init.first.seal.kind] += 1;
    });
  }

  info(id: LogId): Promise<LogInfo | undefined> {
    const began = performance.now();
    return measure(this.meter.operations.info, began, this.store.info(id));
  }

  change(log: LogRef, change: Change): Promise<LogInfo> {
    const began = performance.now();
    const changing = this.store.change(log, change);
    return measure(this.meter.operations.change, began, changing, () => this.#countEnd(change));
  }

  append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const began = performance.now();
    return measure(this.meter.operations.append, began, this.store.append(writer, at, chunks));
  }

  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    const began = performance.now();
    const committing = this.store.commit(log, commit, limits);
    const { seal } = commit;
    const onStored = seal && (({ how }: CommitResult) => this.#countSeal(how, seal.kind));
    return measure(this.meter.operations.commit, began, committing, onStored);
  }

  read(log: LogRef, from: Offset, bytesMax: number, until?: Offset): Promise<Page> {
    const began = performance.now();
    return measure(this.meter.operations.read, began, this.store.read(log, from, bytesMax, until));
  }

  readTimed(log: LogRef, from: Offset, bytesMax: number, until?: Offset): Promise<TimedPage> {
    const began = performance.now();
    return measure(this.meter.operations.read, began, this.store.readTimed(log, from, bytesMax, until));
  }

  offsetAt(log: LogRef, at: number): Promise<Offset> {
    const began = performance.now();
    return measure(this.meter.operations.offset_at, began, this.store.offsetAt(log, at));
  }

  loadLineIndex(log: LogRef): Promise<Buffer | undefined> {
    const began = performance.now();
    return measure(this.meter.operations.line_index, began, this.store.loadLineIndex(log));
  }

  saveLineIndex(log: LogRef, index: Buffer): Promise<void> {
    const began = performance.now();
    return measure(this.meter.operations.line_index, began, this.store.saveLineIndex(log, index));
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    return this.store.watch(log, seen, watcher);
  }

  list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    const began = performance.now();
    return measure(this.meter.operations.list, began, this.store.list(query, signal));
  }

  count(): Promise<LogCounts> {
    const began = performance.now();
    return measure(this.meter.operations.count, began, this.store.count());
  }

  now(): number {
    return this.store.now();
  }

  due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const began = performance.now();
    return measure(this.meter.operations.due, began, this.store.due(query, limit));
  }

  purge(id: LogId): Promise<boolean> {
    const began = performance.now();
    return measure(this.meter.operations.purge, began, this.store.purge(id), (wasThere) => {
      if (wasThere) this.meter.ended.deleted += 1;
    });
  }

  lifecycle(listener: (event: LifecycleEvent) => void, onMissed?: () => void): () => void {
    return this.store.lifecycle(listener, onMissed);
  }

  ready(): Promise<void> {
    const began = performance.now();
    return measure(this.meter.operations.ready, began, this.store.ready());
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** The janitor's own changes have a condition. It reports those that took effect. */
  #countEnd(change: Change): void {
    if (change.kind === 'seal') this.meter.ended[change.outcome.kind] += 1;
    else if (change.kind === 'remove' && change.sealedBefore === undefined && change.expiredAt === undefined)
      this.meter.ended[change.outcome.kind] += 1;
  }

  #countSeal(how: CommitResult['how'], kind: 'complete' | 'aborted'): void {
    if (how === 'stored') this.meter.ended[kind] += 1;
  }
}

/** @returns `work` */
function measure<T>(
  operation: OperationMeter,
  began: number,
  work: Promise<T>,
  onSuccess?: (result: T) => void,
): Promise<T> {
  work.then(
    (result) => {
      operation.seconds.observe((performance.now() - began) / 1_000);
      onSuccess?.(result);
    },
    (error: unknown) => {
      operation.seconds.observe((performance.now() - began) / 1_000);
      if (isFailure(error)) operation.errors += 1;
    },
  );
  return work;
}

/** Whether the store has failed. The other errors answer a question, or say that its asker has left. */
function isFailure(error: unknown): boolean {
  if (isLogError(error)) return FAILURES.has(error.code);
  const name = error instanceof Error || error instanceof DOMException ? error.name : undefined;
  return name !== 'AbortError' && name !== 'RangeError';
}
