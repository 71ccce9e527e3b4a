import { LogError } from '../../core/errors';
import { mergePatch } from '../../core/json';
import {
  isSameOutcome,
  type LogInfo,
  type LogInit,
  type LogRef,
  type Outcome,
  type SealOutcome,
  type Writer,
} from '../../core/log';
import { generateGeneration, type LogId } from '../../core/log-id';
import { advance, type Offset, START } from '../../core/offset';
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

const CURSOR = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

interface MemoryLog {
  info: LogInfo;
  graceMs: number;
  /** Unix milliseconds after which the log is overdue; absent while a writer is attached and once it is sealed. */
  deadline?: number;
  bytes: Buffer;
}

/** The shortest correct store, to test the core and the wires with. Nothing survives the process. */
export class MemoryStore implements LogStore {
  readonly appendBytesMax = 1 << 20;
  readonly appendsInFlight: number = 1;
  readonly #logs = new Map<LogId, MemoryLog>();
  readonly #tails = new Tails();
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();

  constructor(private readonly logsMax = Number.POSITIVE_INFINITY) {}

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<Created> {
    const old = this.#logs.get(id);
    if (old !== undefined && mode === 'new') throw new LogError('LOG_EXISTS');
    if (old === undefined && this.#logs.size >= this.logsMax) throw new LogError('LOGS_TOO_MANY');
    if (old !== undefined) this.#remove(old, { kind: 'replaced' });
    const { graceMs, ...kept } = init;
    const now = Date.now();
    const info: LogInfo = {
      ...kept,
      id,
      generation: generateGeneration(now),
      state: 'open',
      tail: START,
      epoch: 1,
      createdAt: now,
      updatedAt: now,
    };
    this.#logs.set(id, { info, graceMs, bytes: Buffer.alloc(0) });
    this.#tell({ log: info, kind: 'created' });
    return { info, replaced: old !== undefined };
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    return this.#logs.get(id)?.info;
  }

  async change(ref: LogRef, change: Change): Promise<LogInfo> {
    const log = this.#log(ref);
    switch (change.kind) {
      case 'attach':
        assertOpen(log);
        log.graceMs = change.graceMs;
        delete log.deadline;
        this.#update(log, { state: 'open', epoch: log.info.epoch + 1 });
        this.#tell({ log: ref, kind: 'attached', epoch: log.info.epoch });
        break;
      case 'release':
        assertWriter(log, change.epoch);
        log.deadline = Date.now() + log.graceMs;
        this.#update(log, { state: change.state });
        this.#tell({ log: ref, kind: 'released', epoch: change.epoch, state: change.state });
        break;
      case 'annotate':
        assertWriter(log, change.epoch);
        log.info = { ...log.info, metadata: mergePatch(log.info.metadata, change.patch) };
        break;
      case 'seal':
        if (isSealedBy(log, change.epoch, change.outcome)) break;
        assertWriter(log, change.epoch);
        this.#seal(log, change.outcome);
        break;
      case 'abandon':
        if (isOverdue(log, change.now)) this.#seal(log, { kind: 'aborted', reason: change.reason });
        break;
      case 'remove':
        if (change.sealedBefore === undefined || isSealedBefore(log, change.sealedBefore)) {
          this.#remove(log, change.outcome);
        }
        break;
    }
    return log.info;
  }

  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const log = this.#log(writer.log);
    const bytes = Buffer.concat(chunks);
    const { tail } = log.info;
    if (log.info.epoch !== writer.epoch) throw new LogError('LOG_FENCED');
    if (at > tail) throw new LogError('LOG_GAP');
    if (at + bytes.length <= tail) return tail;
    assertOpen(log);
    const fresh = bytes.subarray(tail - at);
    log.bytes = Buffer.concat([log.bytes, fresh]);
    this.#update(log, { tail: advance(tail, fresh.length) });
    this.#tails.advanced(log.info, tail, [fresh]);
    return log.info.tail;
  }

  async read(ref: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    const { info, bytes } = this.#log(ref);
    if (from > info.tail) throw new RangeError(`offset ${from} is beyond the tail ${info.tail}`);
    const chunk = bytes.subarray(from, from + bytesMax);
    const next = advance(from, chunk.length);
    const end = next === info.tail ? info.outcome : undefined;
    return { chunks: chunk.length > 0 ? [chunk] : [], next, ...(end && { end }) };
  }

  watch(ref: LogRef, seen: Offset, watcher: Watcher): () => void {
    const log = this.#logs.get(ref.id);
    const isPresent = log?.info.generation === ref.generation;
    const past = !isPresent || log.info.tail > seen || log.info.state === 'closed';
    return this.#tails.watch(ref, seen, watcher, past);
  }

  async list(query: ListQuery): Promise<ListPage> {
    const { limit, cursor, prefix = '', state } = query;
    if (cursor !== undefined && !CURSOR.test(cursor))
      throw new LogError('LOG_ID_INVALID', 'The cursor is not one of a list');
    const matching = [...this.#logs.values()]
      .map((log) => log.info)
      .filter((info) => info.id.startsWith(prefix) && (state === undefined || info.state === state))
      .filter((info) => cursor === undefined || cursorOf(info) < cursor)
      .sort((a, b) => (cursorOf(a) > cursorOf(b) ? -1 : 1));
    const logs = matching.slice(0, limit);
    const last = logs.at(-1);
    return { logs, ...(last !== undefined && matching.length > logs.length && { next: cursorOf(last) }) };
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const isDue = (log: MemoryLog): boolean =>
      query.kind === 'sealed' ? isSealedBefore(log, query.before) : isOverdue(log, query.now);
    return [...this.#logs.values()]
      .filter(isDue)
      .sort((a, b) => (a.deadline ?? a.info.updatedAt) - (b.deadline ?? b.info.updatedAt))
      .slice(0, limit)
      .map((log) => log.info);
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.#tails.close();
    this.#listeners.clear();
  }

  #log(ref: LogRef): MemoryLog {
    const log = this.#logs.get(ref.id);
    if (log?.info.generation !== ref.generation) throw new LogError('LOG_GONE');
    return log;
  }

  #update(log: MemoryLog, facts: Partial<LogInfo>): void {
    log.info = { ...log.info, ...facts, updatedAt: Date.now() };
  }

  #seal(log: MemoryLog, outcome: SealOutcome): void {
    delete log.deadline;
    this.#update(log, { state: 'closed', outcome });
    this.#end(log, outcome);
  }

  #remove(log: MemoryLog, outcome: Outcome): void {
    this.#logs.delete(log.info.id);
    this.#end(log, outcome);
  }

  #end(log: MemoryLog, outcome: Outcome): void {
    this.#tails.ended(log.info, log.info.tail, outcome);
    this.#tell({ log: log.info, kind: 'ended', at: log.info.tail, outcome });
  }

  #tell(event: LifecycleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function assertOpen(log: MemoryLog): void {
  if (log.info.state === 'closed') throw new LogError('LOG_SEALED');
}

function assertWriter(log: MemoryLog, epoch: number): void {
  assertOpen(log);
  if (log.info.epoch !== epoch) throw new LogError('LOG_FENCED');
}

function isSealedBy({ info }: MemoryLog, epoch: number, outcome: SealOutcome): boolean {
  return info.epoch === epoch && info.outcome !== undefined && isSameOutcome(info.outcome, outcome);
}

function isOverdue({ deadline }: MemoryLog, now: number): boolean {
  return deadline !== undefined && deadline <= now;
}

function isSealedBefore({ info }: MemoryLog, before: number): boolean {
  return info.state === 'closed' && info.updatedAt < before;
}

/** A generation sorts by the time at which it was made, so it says where in the list its log stands, or stood. */
function cursorOf(info: LogInfo): string {
  return info.generation;
}
