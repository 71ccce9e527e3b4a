import { LogError } from '../../core/log/errors';
import type { Commit, CommitResult, LogInfo, LogInit, LogRef, Writer } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import { advance, type Offset } from '../../core/log/offset';
import { hasExpiredBy, touched } from '../../core/state/expiry';
import { applyChange } from '../../core/state/transition';
import type { Change } from '../../core/store/change';
import type { DueQuery } from '../../core/store/due-query';
import type { ListPage, ListQuery } from '../../core/store/list-query';
import type { LogFileAccess } from '../../core/store/log-file-access';
import type { LifecycleEvent, Watcher } from '../../core/store/news';
import type {
  CommitLimits,
  CreateResult,
  LogCounts,
  LogStore,
  Page,
  TimedPage,
} from '../../core/store/store';
import { attempt } from './disk/failures';
import { inexact } from './facts/stored-facts';
import { appendBytes } from './logs/append-bytes';
import { LentFiles } from './logs/file-access';
import { FileLogCreator } from './logs/file-log-creator';
import type { FilesStoreContext } from './logs/files-store-context';
import { GroupCommitter } from './logs/group-committer';
import { loadLineIndex, saveLineIndex } from './logs/line-index-file';
import { listPage } from './logs/list-page';
import { type CachedLog, currentInfo } from './logs/log-cache';
import { LogIndex } from './logs/log-index';
import { lossErrorAt } from './logs/lost-tail';
import { purge } from './logs/purge';
import { readBytes } from './logs/read-bytes';

/** How many logs of the time index a query for due logs skips before it returns. */
const DUE_SCAN_MAX = 2_000;

/** Logs in a directory: the bytes of each in its own file, the facts of all in LMDB. An append touches only the file, a commit both. */
export class FilesStore implements LogStore {
  readonly appendBytesMax = 4 << 20;
  readonly appendsInFlight = 1;
  /** An append gets its time after its write. A commit has that at which its batch began, and waits for a transaction. */
  readonly commitDelayMs = 250;
  readonly logFiles: LogFileAccess;
  readonly #index: LogIndex;
  readonly #creation: FileLogCreator;
  readonly #commits: GroupCommitter;

  constructor(
    private readonly context: FilesStoreContext,
    logsMax: number,
  ) {
    this.#index = new LogIndex(context, logsMax);
    this.logFiles = new LentFiles(this.#index);
    this.#creation = new FileLogCreator(this.#index);
    this.#commits = new GroupCommitter(this.#index);
  }

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    this.#assertOpen();
    return this.#creation.create(id, init, mode);
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    this.#assertOpen();
    const log = this.#index.current(id);
    return log && currentInfo(log);
  }

  async change(ref: LogRef, change: Change): Promise<LogInfo> {
    this.#assertOpen();
    // Nearly all touches change nothing: those need not wait for the mutex.
    if (change.kind === 'touch' && this.#isTouched(ref)) return currentInfo(this.#index.log(ref));
    return this.#index.mutex.run(ref.id, () => this.#change(ref, change));
  }

  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    this.#assertOpen();
    return this.#index.mutex.run(writer.log.id, () => appendBytes(this.#index, writer, at, chunks));
  }

  async commit(ref: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    this.#assertOpen();
    return this.#commits.commit(ref, commit, limits);
  }

  async read(ref: LogRef, from: Offset, bytesMax: number, until = from): Promise<Page> {
    this.#assertOpen();
    const log = this.#index.log(ref);
    const { tail } = log;
    const { outcome } = log.facts.info;
    const lost = lossErrorAt(log, from > until ? from : until);
    if (lost !== undefined) throw lost;
    if (from > tail) throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
    const bytes = Math.min(bytesMax, tail - from);
    const got = bytes > 0 ? await readBytes(this.#index, log, { from, bytes, until }) : undefined;
    const next = advance(from, got?.bytes.length ?? 0);
    const end = next === tail ? outcome : undefined;
    return {
      chunks: got === undefined ? [] : [got.bytes],
      next,
      ...(end && { end }),
      ...(got && { release: got.release }),
    };
  }

  async readTimed(ref: LogRef, from: Offset, bytesMax: number, until = from): Promise<TimedPage> {
    const page = await this.read(ref, from, bytesMax, until);
    try {
      const log = this.#index.log(ref);
      return { ...page, times: await this.context.times.read(log, from, page.next) };
    } catch (error) {
      page.release?.();
      throw error;
    }
  }

  async offsetAt(ref: LogRef, at: number): Promise<Offset> {
    this.#assertOpen();
    return this.context.times.search(this.#index.log(ref), at);
  }

  async loadLineIndex(ref: LogRef): Promise<Buffer | undefined> {
    this.#assertOpen();
    return loadLineIndex(this.#index, ref);
  }

  async saveLineIndex(ref: LogRef, lines: Buffer): Promise<void> {
    this.#assertOpen();
    await saveLineIndex(this.#index, ref, lines);
  }

  watch(ref: LogRef, seen: Offset, watcher: Watcher): () => void {
    if (this.#index.isClosed) return () => {};
    const log = this.#index.cache.find(ref);
    const isPast =
      log === undefined ||
      log.tail > seen ||
      log.facts.info.state === 'closed' ||
      this.#index.hasExpired(log.facts.info);
    return this.#index.events.tails.watch(ref, seen, watcher, isPast);
  }

  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    this.#assertOpen();
    return listPage(this.#index, query, signal);
  }

  async count(): Promise<LogCounts> {
    this.#assertOpen();
    return this.context.facts.countLogs();
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    this.#assertOpen();
    const logs: LogInfo[] = [];
    let looked = 0;
    for (const generation of this.context.facts.timeIndex.due(query, this.context.clock.skew)) {
      const info = this.#index.cache.infoOf(generation);
      if (info !== undefined && this.#isDue(info, query)) logs.push(info);
      looked += 1;
      if (logs.length === limit || looked === DUE_SCAN_MAX) break;
    }
    return logs;
  }

  async purge(id: LogId): Promise<boolean> {
    this.#assertOpen();
    return this.#index.mutex.run(id, () => purge(this.#index, id));
  }

  now(): number {
    return this.context.clock.now();
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    return this.#index.events.subscribe(listener);
  }

  async ready(): Promise<void> {
    this.#assertOpen();
    await attempt('Writing to the store', () => this.context.reserve.probe());
  }

  async close(): Promise<void> {
    if (this.#index.isClosed) return;
    this.#index.isClosed = true;
    this.#index.events.close();
    await this.#index.mutex.idle();
    // A copy of the directory may not keep the times of the files.
    for (const { marks } of this.#index.cache.ahead) marks?.pin();
    await this.context.close();
  }

  #isDue(info: LogInfo, query: DueQuery): boolean {
    if (query.kind !== 'expired') return !this.#index.hasExpired(info);
    return hasExpiredBy(this.context.clock, info, query.now);
  }

  #isTouched(ref: LogRef): boolean {
    const { info } = this.#index.log(ref).facts;
    return touched(info, this.now()) === info;
  }

  async #change(ref: LogRef, change: Change): Promise<LogInfo> {
    const log = this.#index.logOrExpired(ref);
    if (change.kind === 'seal' && log.lost?.epoch === change.epoch)
      await this.#refuseSeal(log, log.lost.error);
    const before = log.facts;
    const present = currentInfo(log);
    const now = this.now();
    const wall = this.context.clock.wallAt(now);
    const transition = applyChange({ ...before, info: present }, change, wall, now);
    switch (transition.kind) {
      case 'none':
        return present;
      case 'remove':
        await this.#index.remove(log, transition.outcome);
        return present;
      case 'update':
        await this.context.times.settle(log, transition.after.info);
        // An attached producer appends to the file only; LMDB is not touched.
        await this.#index.update(
          'change',
          log,
          change.kind === 'attach' ? inexact(transition.after) : transition.after,
        );
        this.#index.events.changed(transition.after.info, change);
        return transition.after.info;
    }
  }

  /** A log that lost some of a producer's bytes is not sealed by it. The producer counts as lost. */
  async #refuseSeal({ facts }: CachedLog, error: LogError): Promise<never> {
    const { info } = facts;
    await this.#change(info, { kind: 'release', epoch: info.epoch, state: 'interrupted' });
    throw error;
  }

  #assertOpen(): void {
    if (this.#index.isClosed) throw new LogError('STORE_UNAVAILABLE', 'The store is closed');
  }
}
