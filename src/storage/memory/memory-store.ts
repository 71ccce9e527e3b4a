import { sizeOf } from '../../core/bytes/size-of';
import { skipBytes } from '../../core/bytes/skip-bytes';
import { LogEvents } from '../../core/events/log-events';
import { LogError } from '../../core/log/errors';
import type { Commit, CommitResult, LogInfo, LogInit, LogOutcome, LogRef, Writer } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import { withLoss } from '../../core/log/loss';
import { advance, type Offset, START } from '../../core/log/offset';
import type { TimeMark } from '../../core/log/time-mark';
import { SteadyClock } from '../../core/scheduling/steady-clock';
import { checkAppend } from '../../core/state/check-append';
import { evaluateCommit } from '../../core/state/evaluate-commit';
import { hasExpiredBy, touched } from '../../core/state/expiry';
import type { LogFacts, ProducerState } from '../../core/state/facts';
import { applyChange, newLog } from '../../core/state/transition';
import type { Change } from '../../core/store/change';
import type { DueQuery } from '../../core/store/due-query';
import type { ListPage, ListQuery } from '../../core/store/list-query';
import type { LifecycleEvent, Watcher } from '../../core/store/news';
import type {
  CommitLimits,
  CreateResult,
  LogCounts,
  LogStore,
  Page,
  TimedPage,
} from '../../core/store/store';
import { GrowableBuffer } from './growable-buffer';
import { MemoryForkRefs } from './memory-fork-refs';
import { MemoryTimes } from './memory-times';
import { countsOf, dueOf, pageOf } from './queries';

interface MemoryLog {
  facts: LogFacts;
  readonly bytes: GrowableBuffer;
  readonly producers: Map<string, ProducerState>;
  times: MemoryTimes;
  lineIndex?: Buffer;
}

/** The shortest correct store, for tests of the core and the wires. Nothing survives the process. */
export class MemoryStore implements LogStore {
  readonly appendBytesMax = 1 << 20;
  readonly appendsInFlight: number = 1;
  readonly commitDelayMs: number = 0;
  readonly #logs = new Map<LogId, MemoryLog>();
  readonly #forkRefs = new MemoryForkRefs();
  readonly #events = new LogEvents();
  readonly #clock = new SteadyClock();

  constructor(private readonly logsMax = Number.POSITIVE_INFINITY) {}

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const old = this.#present(id);
    if (old !== undefined && mode === 'new') throw new LogError('LOG_EXISTS');
    const inherited = this.#inherited(init);
    // A log that is there and not current has expired.
    const gone = this.#logs.get(id);
    if (gone === undefined && this.#logs.size + this.#forkRefs.retiredCount >= this.logsMax)
      throw new LogError('LOGS_TOO_MANY');
    if (gone !== undefined) this.#remove(gone, { kind: old === undefined ? 'expired' : 'replaced' });
    const now = this.now();
    const facts = newLog(id, init, this.#clock.wallAt(now), now);
    const bytes = new GrowableBuffer([inherited.bytes, ...(init.first?.chunks ?? [])]);
    const times = new MemoryTimes(inherited.times);
    times.note(facts.info);
    this.#logs.set(id, { facts, bytes, producers: new Map(), times });
    this.#forkRefs.created(facts.info);
    this.#events.created(facts.info);
    return { info: facts.info, replaced: old !== undefined };
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    return this.#present(id)?.facts.info;
  }

  async change(ref: LogRef, change: Change): Promise<LogInfo> {
    const log = this.#logOrExpired(ref);
    const now = this.now();
    const transition = applyChange(log.facts, change, this.#clock.wallAt(now), now);
    if (transition.kind === 'remove') this.#remove(log, transition.outcome);
    if (transition.kind === 'update') {
      log.facts = transition.after;
      this.#events.changed(log.facts.info, change);
    }
    return log.facts.info;
  }

  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const log = this.#log(writer.log);
    const { info } = log.facts;
    const fresh = skipBytes(chunks, checkAppend(info, writer.epoch, at, sizeOf(chunks)));
    if (fresh.length === 0) return info.tail;
    const tail = advance(info.tail, sizeOf(fresh));
    const after = { ...touched(info, this.now()), tail, updatedAt: Date.now() };
    this.#store(log, { ...log.facts, info: after }, fresh);
    return tail;
  }

  async commit(ref: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    const log = this.#log(ref);
    const { chunks, producer } = commit;
    const stored = producer && log.producers.get(producer.id);
    const now = this.now();
    const wall = this.#clock.wallAt(now);
    const { after, committed } = evaluateCommit(log.facts, stored, commit, limits, wall, now);
    if (after === undefined) return committed;
    if (producer !== undefined) log.producers.set(producer.id, producer);
    this.#store(log, after, chunks);
    return committed;
  }

  async read(ref: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    const { facts, bytes } = this.#log(ref);
    const { tail, outcome } = facts.info;
    if (from > tail) throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
    const chunk = bytes.slice(from, from + bytesMax);
    const next = advance(from, chunk.length);
    const end = next === tail ? outcome : undefined;
    return { chunks: chunk.length > 0 ? [chunk] : [], next, ...(end && { end }) };
  }

  async readTimed(ref: LogRef, from: Offset, bytesMax: number): Promise<TimedPage> {
    const page = await this.read(ref, from, bytesMax);
    return { ...page, times: this.#log(ref).times.within(from, page.next) };
  }

  async offsetAt(ref: LogRef, at: number): Promise<Offset> {
    return this.#log(ref).times.offsetAt(at);
  }

  async loadLineIndex(ref: LogRef): Promise<Buffer | undefined> {
    return this.#log(ref).lineIndex;
  }

  async saveLineIndex(ref: LogRef, index: Buffer): Promise<void> {
    this.#log(ref).lineIndex = index;
  }

  watch(ref: LogRef, seen: Offset, watcher: Watcher): () => void {
    const info = this.#logs.get(ref.id)?.facts.info;
    const isPresent = info?.generation === ref.generation && !this.#hasExpired(info);
    const past = !isPresent || info.tail > seen || info.state === 'closed';
    return this.#events.tails.watch(ref, seen, watcher, past);
  }

  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    signal?.throwIfAborted();
    const infos = this.#allPresent().map(({ facts }) => facts.info);
    return pageOf(infos, query);
  }

  async count(): Promise<LogCounts> {
    return countsOf([...this.#logs.values()].map(({ facts }) => facts.info));
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    const logs = query.kind === 'expired' ? [...this.#logs.values()] : this.#allPresent();
    const all = logs.map(({ facts }) => facts);
    return dueOf(all, query, this.#clock).slice(0, limit);
  }

  async purge(): Promise<boolean> {
    return false;
  }

  now(): number {
    return this.#clock.now();
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  async ready(): Promise<void> {}

  /** For tests: loses acknowledged bytes from `from` on, as other stores do after a power cut. */
  lose(ref: LogRef, from: Offset): void {
    const log = this.#log(ref);
    const { info } = log.facts;
    const losses = withLoss(info.losses, { from, to: info.tail, at: Date.now() });
    log.facts = { ...log.facts, info: { ...info, tail: from, losses } };
    log.bytes.truncate(from);
    log.times = new MemoryTimes(log.times.within(START, from));
    for (const loss of losses.slice(-1)) this.#events.lost(info, loss);
  }

  async close(): Promise<void> {
    this.#events.close();
  }

  /** @throws LogError `LOG_RETIRED` */
  #present(id: LogId): MemoryLog | undefined {
    const log = this.#logs.get(id);
    if (log === undefined) {
      if (this.#forkRefs.isRetired(id)) throw new LogError('LOG_RETIRED');
      return undefined;
    }
    if (!this.#hasExpired(log.facts.info)) return log;
    if (this.#forkRefs.hasForks(log.facts.info)) throw new LogError('LOG_RETIRED');
    return undefined;
  }

  #allPresent(): MemoryLog[] {
    return [...this.#logs.values()].filter(({ facts }) => !this.#hasExpired(facts.info));
  }

  #hasExpired(info: LogInfo): boolean {
    return hasExpiredBy(this.#clock, info);
  }

  /** What a fork begins with. */
  #inherited({ fork }: LogInit): { readonly bytes: Buffer; readonly times: readonly TimeMark[] } {
    if (fork === undefined) return { bytes: Buffer.alloc(0), times: [] };
    const source = this.#present(fork.source.id);
    if (source?.facts.info.generation !== fork.source.generation) throw new LogError('LOG_NOT_FOUND');
    if (fork.at > source.facts.info.tail)
      throw new RangeError(`offset ${fork.at} is beyond the source's tail`);
    return { bytes: source.bytes.slice(0, fork.at), times: source.times.within(START, fork.at) };
  }

  /** The log of that generation, expired or not. */
  #logOrExpired({ id, generation }: LogRef): MemoryLog {
    const log = this.#logs.get(id);
    if (log?.facts.info.generation !== generation) throw new LogError('LOG_GONE');
    return log;
  }

  #log(ref: LogRef): MemoryLog {
    const log = this.#logOrExpired(ref);
    if (this.#hasExpired(log.facts.info)) throw new LogError('LOG_GONE');
    return log;
  }

  #store(log: MemoryLog, after: LogFacts, chunks: readonly Buffer[]): void {
    const { tail } = log.facts.info;
    log.bytes.append(chunks);
    log.times.note(after.info);
    log.facts = after;
    this.#events.committed(after.info, tail, chunks, log.times.last);
  }

  #remove({ facts: { info } }: MemoryLog, outcome: LogOutcome): void {
    this.#logs.delete(info.id);
    if (outcome.kind === 'replaced') this.#forkRefs.replaced(info);
    else this.#forkRefs.removed(info);
    this.#events.ended(info, info.tail, outcome);
  }
}
