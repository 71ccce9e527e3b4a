import { setImmediate as turn } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import { catchLogError, LogError } from '../../../core/log/errors';
import type { LogState } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { closeDatabase, openDatabase } from '../../../lmdb/database';
import { ForkRefsTable } from './fork-refs';
import { LogNameIndex } from './name-index';
import { ProducerStates } from './producer-states';
import { LENIENT_JSON, readValue, unreadableValue } from './read-value';
import { StoreMeta } from './store-meta';
import { type FactsChange, idsAdded, type StoredFacts } from './stored-facts';
import { isStoredFacts } from './stored-record';
import { SyncedLengths } from './synced-lengths';
import { TimeIndex } from './time-index';
import { Transactions } from './transactions';

interface CreationOrderEntry {
  readonly generation: string;
  readonly id: LogId | '';
  readonly state: LogState;
}

/** Stands for an entry that cannot be read. */
const UNREADABLE = { id: '', state: 'closed' } as const;

/** How many entries a search reads before it lets other work run. */
const SLICE = 2_000;
/** 2 added commits, expiry and forks, 3 the index of names: an earlier version would not maintain them. */
const FORMAT = 3;
const DEFAULT_SPAN_LOGS = 2_048;

/**
 * The facts of all logs, in LMDB. Reads are synchronous and see what is committed; `write` is one transaction.
 *
 * logs      generation -> facts
 * ids       id, as bytes -> its current generation. LMDB takes keys of up to 1,978 bytes; an id has at most 512.
 * order     generation -> id and state. A generation begins with the time of its creation (UUIDv7) and sorts after all earlier ones, so this
 *           is the order of creation.
 * about     the format, whether the index of names and the journal are complete, the number and the identity of the journal's newest
 *           file, the kernel's boot and the file under which and as which the store was opened last, and what `probe` writes
 */
export class FactsDatabase {
  readonly producers: ProducerStates;
  readonly forkRefs: ForkRefsTable;
  readonly timeIndex: TimeIndex;
  readonly nameIndex: LogNameIndex;
  readonly storeMeta: StoreMeta;
  readonly lengths: SyncedLengths;
  readonly #root: RootDatabase<number, string>;
  readonly #transactions: Transactions;
  readonly #logs: Database<StoredFacts, string>;
  readonly #ids: Database<string, Buffer>;
  readonly #order: Database<unknown, string>;
  readonly #about: Database<number, string>;
  /** How many ids are taken, including those whose creation is being written. */
  #count: number;

  /** @param isSynced whether `write` waits for the disk. Otherwise LMDB syncs later, and a power cut goes back to the last synced commit */
  constructor(path: string, isSynced: boolean, spanLogs = DEFAULT_SPAN_LOGS) {
    this.#root = openDatabase(path, { overlappingSync: !isSynced, maxDbs: 24, encoding: 'json' });
    this.#transactions = new Transactions(this.#root);
    this.#logs = this.#root.openDB({ name: 'logs', encoding: 'json' });
    this.#ids = this.#root.openDB({ name: 'ids', encoding: 'json', keyEncoding: 'binary' });
    this.#order = this.#root.openDB({ name: 'order', ...LENIENT_JSON });
    this.#about = this.#root.openDB({ name: 'about', encoding: 'json' });
    this.storeMeta = new StoreMeta(this.#root, this.#transactions);
    this.producers = new ProducerStates(this.#root);
    this.forkRefs = new ForkRefsTable(this.#root);
    this.timeIndex = new TimeIndex(this.#root);
    this.nameIndex = new LogNameIndex(this.#root, spanLogs);
    this.lengths = new SyncedLengths(this.#root);
    this.#count = this.#order.getKeysCount() + this.forkRefs.retiredCount;
  }

  /** How far into its file LMDB has written. What follows is free. */
  get bytesUsed(): number {
    return this.#transactions.bytesUsed;
  }

  /** Converts what an earlier version wrote. @throws Error when a later version did */
  async checkFormat(): Promise<void> {
    const format = this.#about.get('format') ?? 0;
    if (format < FORMAT) await this.commit(() => void this.#about.put('format', FORMAT));
    else if (format > FORMAT) throw new Error(`The store has format ${format}; this version reads ${FORMAT}`);
  }

  /** Whether the index of names has every log, in spans of about the same length. */
  get isIndexed(): boolean {
    return this.#about.get('indexed') === 1 && !this.nameIndex.isUneven(this.#count);
  }

  noteIndexed(isComplete: boolean): Promise<void> {
    return this.commit(() => void this.#about.put('indexed', isComplete ? 1 : 0));
  }

  /** Resolves once all commits are on the disk. */
  async synced(): Promise<void> {
    await this.#root.flushed;
  }

  /** @throws LogError `STORE_DAMAGED` when the entry of the id cannot be read */
  generationOf(id: LogId): string | undefined {
    const what = `The entry of the stream with ID ${id}`;
    const generation: unknown = readValue(what, () => this.#ids.get(Buffer.from(id)));
    if (generation === undefined || (typeof generation === 'string' && generation !== '')) return generation;
    throw unreadableValue(what);
  }

  /** @throws LogError `STORE_DAMAGED` when the record of the log cannot be read */
  get(generation: string): StoredFacts | undefined {
    const what = 'The record of the stream';
    const record: unknown = readValue(what, () => this.#logs.get(generation));
    if (record === undefined || isStoredFacts(record, generation)) return record;
    throw unreadableValue(what);
  }

  has(generation: string): boolean {
    return this.#order.doesExist(generation);
  }

  /** Applies all steps in one transaction, in order. @throws LogError `LOGS_TOO_MANY` when more than `logsMax` ids would be taken */
  async write(steps: readonly FactsChange[], logsMax = Number.POSITIVE_INFINITY): Promise<void> {
    const added = steps.reduce((sum, step) => sum + idsAdded(step), 0);
    if (added > 0 && this.#count + added > logsMax) throw new LogError('LOGS_TOO_MANY');
    // Counted before the commit, so that only one of two concurrent creations can be the last.
    this.#count += added;
    try {
      await this.commit(() => {
        for (const step of steps) this.#apply(step);
      });
    } catch (error) {
      this.#count -= added;
      throw error;
    }
  }

  /** Counts the logs in LMDB that are not closed, a tenth of a microsecond each. */
  countLogs(): Readonly<Record<LogState, number>> {
    const { open, interrupted } = this.nameIndex.countUnsealed();
    const all = this.#count - this.forkRefs.retiredCount;
    return { open, interrupted, closed: Math.max(0, all - open - interrupted) };
  }

  /** Generations that were created before `after`. At most `limit`. */
  newestFirst(after: string | undefined, limit: number): readonly string[] {
    return [...this.#order.getKeys({ ...behind(after), reverse: true, limit })];
  }

  /** All logs in the order of their creation, in batches of `size` between which other work runs. */
  async *oldestFirst(size: number): AsyncGenerator<readonly CreationOrderEntry[], void> {
    for (let after: string | undefined; ; ) {
      const range = this.#order.getRange({ ...behind(after), limit: size });
      const batch = [
        ...range.map(({ key, value }) => ({
          generation: key,
          ...(isEntry(value) ? value : this.#entryOf(key)),
        })),
      ];
      yield batch;
      if (batch.length < size) return;
      after = batch.at(-1)?.generation;
      await turn();
    }
  }

  /** An entry that cannot be read is rebuilt from the record. */
  #entryOf(generation: string): Omit<CreationOrderEntry, 'generation'> {
    const read = () => this.get(generation)?.info;
    return catchLogError('STORE_DAMAGED', read, () => undefined) ?? UNREADABLE;
  }

  /** The id of a log whose record cannot be read, if it is known. */
  idOf(generation: string): LogId | undefined {
    const entry = this.#order.get(generation);
    return isEntry(entry) && entry.id !== '' ? entry.id : undefined;
  }

  /** The generation of an id whose entry cannot be read. */
  async searchGenerationOf(id: LogId): Promise<string | undefined> {
    for await (const batch of this.oldestFirst(SLICE)) {
      const found = batch.find((entry) => entry.id === id);
      if (found !== undefined) return found.generation;
    }
    return undefined;
  }

  isUnsealed(generation: string): boolean {
    const entry = this.#order.get(generation);
    return isEntry(entry) && entry.state !== 'closed';
  }

  /** Throws what a write would throw now. */
  probe(): Promise<void> {
    return this.commit(() => void this.#about.put('probed', Date.now()));
  }

  async close(): Promise<void> {
    await closeDatabase(this.#root, 'nothing');
  }

  /** As `Transactions.commit`. */
  commit(writes: () => void): Promise<void> {
    return this.#transactions.commit(writes);
  }

  /** Runs inside a batch, whose promise covers all its writes. */
  #apply({ before, after, producers, forkRefs, synced }: FactsChange): void {
    // First, because facts that are nested too deeply cannot be encoded: then nothing of them is stored.
    if (after !== undefined) void this.#logs.put(after.info.generation, after);
    this.timeIndex.reindex(before, after);
    if (after !== undefined) {
      const { id, generation, state } = after.info;
      if (before === undefined) void this.#ids.put(Buffer.from(id), generation);
      if (before?.info.state !== state) void this.#order.put(generation, { id, state });
      if (before === undefined) this.nameIndex.add(after.info);
      else if (before.info.state !== state) this.nameIndex.move(after.info, before.info.state);
      if (synced !== undefined) this.lengths.note(generation, synced);
      if (state === 'closed' && before?.info.state !== state) this.lengths.remove(generation);
      this.producers.put(generation, producers ?? new Map());
    } else if (before !== undefined) {
      void this.#logs.remove(before.info.generation);
      void this.#ids.remove(Buffer.from(before.info.id));
      void this.#order.remove(before.info.generation);
      this.nameIndex.remove(before.info);
      this.lengths.remove(before.info.generation);
      this.producers.doom(before.info.generation);
    }
    for (const step of forkRefs ?? []) this.forkRefs.apply(step);
  }
}

function behind(generation: string | undefined): { start?: string; exclusiveStart?: true } {
  return generation === undefined ? {} : { start: generation, exclusiveStart: true };
}

function isEntry(value: unknown): value is Omit<CreationOrderEntry, 'generation'> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'id' in value && typeof value.id === 'string' && 'state' in value;
}
