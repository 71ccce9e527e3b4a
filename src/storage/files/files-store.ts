import { LogError } from '../../core/errors';
import type { LogInfo, LogInit, LogRef, Outcome, Writer } from '../../core/log';
import type { LogId } from '../../core/log-id';
import { advance, type Offset } from '../../core/offset';
import { sizeOf } from '../../core/size-of';
import type {
  Change,
  Created,
  DueQuery,
  LifecycleEvent,
  ListPage,
  ListQuery,
  LogStore,
  Page,
  Watcher,
} from '../../core/store';
import { Tails } from '../../core/tails';
import type { Step } from './facts';
import { attempt, isMissing, storeFailure } from './failures';
import { skipBytes } from './file-io';
import { type KnownLog, KnownLogs, presentInfo } from './known-logs';
import { listPage } from './list-page';
import type { FileBytes } from './log-files';
import type { Parts } from './parts';
import { applyChange, newLog } from './transition';
import { Turns } from './turns';

/**
 * Logs in a directory: the bytes of each in a file of its own, the facts of all in LMDB. An append touches its file only; the tail
 * is kept in memory while a producer is attached, and found again as the length of the file after a crash.
 */
export class FilesStore implements LogStore {
  readonly appendBytesMax = 4 << 20;
  readonly appendsInFlight = 1;
  readonly #known: KnownLogs;
  readonly #tails = new Tails();
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();
  /** All that changes the logs of one id, one after the other: no append can land once an attach, a seal or a removal is done. */
  readonly #turns = new Turns();
  #isClosed = false;

  constructor(
    private readonly parts: Parts,
    private readonly logsMax: number,
  ) {
    this.#known = new KnownLogs(parts.facts);
  }

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<Created> {
    this.#assertOpen();
    return this.#turns.run(id, () => this.#create(id, init, mode));
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    this.#assertOpen();
    const generation = this.parts.facts.generationOf(id);
    return generation === undefined ? undefined : this.#known.infoOf(generation);
  }

  async change(ref: LogRef, change: Change): Promise<LogInfo> {
    this.#assertOpen();
    return this.#turns.run(ref.id, () => this.#change(ref, change));
  }

  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    this.#assertOpen();
    return this.#turns.run(writer.log.id, () => this.#append(writer, at, chunks));
  }

  async read(ref: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    this.#assertOpen();
    const log = this.#log(ref);
    const { tail } = log;
    const { outcome } = log.facts.info;
    if (from > tail) throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
    const got = await this.#bytes(ref, from, Math.min(bytesMax, tail - from), tail);
    const next = advance(from, got?.bytes.length ?? 0);
    const end = next === tail ? outcome : undefined;
    return {
      chunks: got === undefined ? [] : [got.bytes],
      next,
      ...(end && { end }),
      ...(got && { release: got.release }),
    };
  }

  watch(ref: LogRef, seen: Offset, watcher: Watcher): () => void {
    if (this.#isClosed) return () => {};
    const log = this.#known.find(ref);
    const past = log === undefined || log.tail > seen || log.facts.info.state === 'closed';
    return this.#tails.watch(ref, seen, watcher, past);
  }

  async list(query: ListQuery): Promise<ListPage> {
    this.#assertOpen();
    return listPage(this.parts.facts, this.#known, query);
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    this.#assertOpen();
    return this.parts.facts
      .due(query, limit)
      .map((generation) => this.#known.infoOf(generation))
      .filter((info) => info !== undefined);
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    // One function given twice is still two listeners.
    const own = (event: LifecycleEvent): void => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  async ready(): Promise<void> {
    this.#assertOpen();
    await attempt('Writing to the store', () => this.parts.room.probe());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tails.close();
    this.#listeners.clear();
    await this.#turns.idle();
    await this.parts.close();
  }

  async #create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<Created> {
    const old = this.#present(id);
    if (old !== undefined && mode === 'new') throw new LogError('LOG_EXISTS');
    const after = newLog(id, init, Date.now());
    await this.#write('new', old === undefined ? [{ after }] : [{ before: old.facts }, { after }]);
    if (old !== undefined) await this.#taken(old, { kind: 'replaced' });
    this.#tell({ log: after.info, kind: 'created' });
    return { info: after.info, replaced: old !== undefined };
  }

  async #change(ref: LogRef, change: Change): Promise<LogInfo> {
    const log = this.#log(ref);
    const before = log.facts;
    const present = presentInfo(log);
    const transition = applyChange({ ...before, info: present }, change, Date.now());
    switch (transition.kind) {
      case 'none':
        return present;
      case 'remove':
        await this.#write('change', [{ before }]);
        await this.#taken(log, transition.outcome);
        return present;
      case 'update':
        await this.#write('change', [{ before, after: transition.after }]);
        this.#known.stored(log, transition.after);
        this.#announce(transition.after.info, change);
        return transition.after.info;
    }
  }

  async #append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const log = this.#log(writer.log);
    const { tail, facts } = log;
    if (facts.info.epoch !== writer.epoch) throw new LogError('LOG_FENCED');
    if (at > tail) throw new LogError('LOG_GAP');
    if (at + sizeOf(chunks) <= tail) return tail;
    if (facts.info.state === 'closed') throw new LogError('LOG_SEALED');
    const fresh = skipBytes(chunks, tail - at);
    await this.#store(log, fresh);
    log.tail = advance(tail, sizeOf(fresh));
    log.updatedAt = Date.now();
    this.#tails.advanced(writer.log, tail, fresh);
    return log.tail;
  }

  async #store(log: KnownLog, chunks: readonly Buffer[]): Promise<void> {
    const { files, room } = this.parts;
    this.#known.leads(log);
    await attempt('Writing to the log', async () => {
      if (room.isShort) await room.extend();
      await files.append(log, chunks);
    });
  }

  /** @returns `undefined` instead of no bytes. */
  async #bytes(ref: LogRef, from: Offset, bytes: number, tail: Offset): Promise<FileBytes | undefined> {
    if (bytes <= 0) return undefined;
    try {
      const got = await this.parts.files.read(ref.generation, from, bytes);
      if (got.bytes.length > 0) return got;
    } catch (error) {
      if (!isMissing(error)) throw storeFailure('Reading the log', error);
    }
    // The file is shorter than the log: unless somebody took the log away meanwhile, that is damage.
    this.#log(ref);
    throw new LogError('STORE_DAMAGED', `Stream ${ref.id} has lost its bytes ${from} to ${tail}`);
  }

  async #write(kind: 'new' | 'change', steps: readonly Step[]): Promise<void> {
    const { facts, room } = this.parts;
    await attempt('Writing the facts of the log', () =>
      room.write(kind, () => facts.write(steps, this.logsMax)),
    );
  }

  /** A log's facts are gone: so go its followers, and its bytes. */
  async #taken(log: KnownLog, outcome: Outcome): Promise<void> {
    this.#known.forget(log.generation);
    this.#end(log.facts.info, log.tail, outcome);
    await this.parts.files.remove(log.generation);
  }

  #announce(info: LogInfo, change: Change): void {
    if (info.outcome !== undefined) this.#end(info, info.tail, info.outcome);
    else if (change.kind === 'attach') this.#tell({ log: info, kind: 'attached', epoch: info.epoch });
    else if (change.kind === 'release') {
      this.#tell({ log: info, kind: 'released', epoch: change.epoch, state: change.state });
    }
  }

  #end(log: LogRef, at: Offset, outcome: Outcome): void {
    this.#tails.ended(log, at, outcome);
    this.#tell({ log, kind: 'ended', at, outcome });
  }

  #tell(event: LifecycleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #present(id: LogId): KnownLog | undefined {
    const generation = this.parts.facts.generationOf(id);
    return generation === undefined ? undefined : this.#known.find({ id, generation });
  }

  #log(ref: LogRef): KnownLog {
    const log = this.#known.find(ref);
    if (log === undefined) throw new LogError('LOG_GONE');
    return log;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogError('STORE_UNAVAILABLE', 'The store is closed');
  }
}
