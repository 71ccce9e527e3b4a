import { type Database, open, type RootDatabase } from 'lmdb';
import { LogError } from '../../core/errors';
import type { LogInfo, LogState } from '../../core/log';
import type { LogId } from '../../core/log-id';
import type { DueQuery } from '../../core/store';

/** What is kept of a log beside its bytes. While a producer appends, the tail and `updatedAt` in here lag behind. */
export interface LogFacts {
  readonly info: LogInfo;
  readonly graceMs: number;
  /** Unix milliseconds after which the log is overdue; absent while a writer is attached and once it is sealed. */
  readonly deadline?: number;
}

/** One log's part in a transaction: made without `before`, gone without `after`. `before` is exactly what is stored. */
export interface Step {
  readonly before?: LogFacts;
  readonly after?: LogFacts;
}

export interface ListEntry {
  readonly generation: string;
  readonly id: LogId;
  readonly state: LogState;
}

type Moment = [at: number, generation: string];

/** Stands for the deadline of a log that has a writer. */
const NEVER = Number.MAX_SAFE_INTEGER;
/** Sorts after every generation. */
const LAST = '~';
const FORMAT = 1;

/**
 * The facts of all logs, in LMDB. Reads are synchronous and see what is committed; `write` is one transaction.
 *
 * logs      generation -> facts
 * ids       id, as bytes -> its present generation. LMDB takes keys of up to 1,978 bytes; an id has 512 at the most.
 * order     generation -> id and state: what a list is scanned by, without the metadata of logs that it passes over.
 *           A generation begins with the time of its creation (UUIDv7), so this is the order of creation.
 * unsealed  [deadline, generation]
 * sealed    [time of the seal, generation]
 * about     the format, and what `probe` writes
 */
export class Facts {
  readonly #root: RootDatabase<number, string>;
  readonly #logs: Database<LogFacts, string>;
  readonly #ids: Database<string, Buffer>;
  readonly #order: Database<Omit<ListEntry, 'generation'>, string>;
  readonly #unsealed: Database<true, Moment>;
  readonly #sealed: Database<true, Moment>;
  readonly #about: Database<number, string>;
  /** How many logs there are, those included whose creation is being written. */
  #count: number;

  /**
   * @param isSynced whether `write` waits for the disk. Without it a commit survives the process at once, and is on the disk
   *   some milliseconds later: LMDB then syncs behind the commit, and falls back to the last synced one after a power cut.
   */
  constructor(path: string, isSynced: boolean) {
    // With batching by event turn, lmdb makes a promise for each turn that nobody holds, and a commit that fails for lack of
    // room is an unhandled rejection that ends the process.
    this.#root = open(path, { overlappingSync: !isSynced, eventTurnBatching: false, encoding: 'json' });
    this.#logs = this.#root.openDB({ name: 'logs', encoding: 'json' });
    this.#ids = this.#root.openDB({ name: 'ids', encoding: 'json', keyEncoding: 'binary' });
    this.#order = this.#root.openDB({ name: 'order', encoding: 'json' });
    this.#unsealed = this.#root.openDB({ name: 'unsealed', encoding: 'json' });
    this.#sealed = this.#root.openDB({ name: 'sealed', encoding: 'json' });
    this.#about = this.#root.openDB({ name: 'about', encoding: 'json' });
    this.#count = this.#order.getKeysCount();
  }

  /** How far into its file LMDB has written. What follows is free. */
  get bytesUsed(): number {
    const stats: { lastPageNumber?: number; pageSize?: number } = this.#root.getStats();
    const { lastPageNumber = 0, pageSize = 4096 } = stats;
    return (lastPageNumber + 1) * pageSize;
  }

  /** @throws Error when a later version of the store has written here. */
  async checkFormat(): Promise<void> {
    const format = this.#about.get('format');
    if (format === undefined) await this.#commit(() => void this.#about.put('format', FORMAT));
    else if (format !== FORMAT)
      throw new Error(`The store has format ${format}; this version reads ${FORMAT}`);
  }

  generationOf(id: LogId): string | undefined {
    return this.#ids.get(Buffer.from(id));
  }

  get(generation: string): LogFacts | undefined {
    return this.#logs.get(generation);
  }

  has(generation: string): boolean {
    return this.#order.doesExist(generation);
  }

  /**
   * Applies all steps in one transaction, in order; resolves when it is committed.
   * @throws LogError `LOGS_TOO_MANY` when there were more than `logsMax` logs then
   */
  async write(steps: readonly Step[], logsMax = Number.POSITIVE_INFINITY): Promise<void> {
    const added = steps.reduce((sum, { before, after }) => sum + Number(!before) - Number(!after), 0);
    if (added > 0 && this.#count + added > logsMax) throw new LogError('LOGS_TOO_MANY');
    // Counted before the commit, so that of two that are made at once only one can be the last.
    this.#count += added;
    try {
      await this.#commit(() => {
        for (const step of steps) this.#apply(step);
      });
    } catch (error) {
      this.#count -= added;
      throw error;
    }
  }

  /** Newest first, those created before the log that `after` names. At most `limit`. */
  newestFirst(after: string | undefined, limit: number): Iterable<ListEntry> {
    const start = after === undefined ? {} : { start: after, exclusiveStart: true };
    return this.#order
      .getRange({ ...start, reverse: true, limit })
      .map(({ key, value }) => ({ generation: key, ...value }));
  }

  /** Generations, the most overdue first. */
  due(query: DueQuery, limit: number): readonly string[] {
    const keys =
      query.kind === 'overdue'
        ? this.#unsealed.getKeys({ end: [query.now, LAST], limit })
        : this.#sealed.getKeys({ end: [query.before, ''], limit });
    return [...keys].map(([, generation]) => generation);
  }

  /** Every generation that is not sealed. */
  unsealed(): readonly string[] {
    return [...this.#unsealed.getKeys()].map(([, generation]) => generation);
  }

  /** Throws what a write would throw now. */
  probe(): Promise<void> {
    return this.#commit(() => void this.#about.put('probed', Date.now()));
  }

  async close(): Promise<void> {
    // After a commit that failed lmdb would wait for its flush for ever. One that writes nothing succeeds, and ends the wait.
    await this.#commit(() => void this.#about.remove('nothing'));
    await this.#root.close();
  }

  /** Runs inside a batch, whose promise stands for those of all its writes. */
  #apply({ before, after }: Step): void {
    if (before !== undefined) void this.#momentOf(before).index.remove(this.#momentOf(before).key);
    if (after !== undefined) {
      const { id, generation, state } = after.info;
      void this.#logs.put(generation, after);
      if (before === undefined) void this.#ids.put(Buffer.from(id), generation);
      if (before?.info.state !== state) void this.#order.put(generation, { id, state });
      void this.#momentOf(after).index.put(this.#momentOf(after).key, true);
    } else if (before !== undefined) {
      void this.#logs.remove(before.info.generation);
      void this.#ids.remove(Buffer.from(before.info.id));
      void this.#order.remove(before.info.generation);
    }
  }

  #momentOf({ info, deadline }: LogFacts): { index: Database<true, Moment>; key: Moment } {
    return info.state === 'closed'
      ? { index: this.#sealed, key: [info.updatedAt, info.generation] }
      : { index: this.#unsealed, key: [deadline ?? NEVER, info.generation] };
  }

  async #commit(writes: () => void): Promise<void> {
    try {
      await this.#root.batch(writes);
    } catch (error) {
      throw await causeOf(error);
    }
  }
}

/** lmdb rejects with a general error and keeps the reason in a promise, which would count as unhandled if nobody asked for it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    return cause;
  }
  return error;
}
