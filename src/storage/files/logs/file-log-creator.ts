import { sizeOf } from '../../../core/bytes/size-of';
import { isLogError, LogError } from '../../../core/log/errors';
import type { ForkPoint, LogInit } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { LogFacts } from '../../../core/state/facts';
import { newLog } from '../../../core/state/transition';
import type { CreateResult } from '../../../core/store/store';
import { storeFailure } from '../../../lmdb/failures';
import { damageErrorOf } from '../bytes/damage-error';
import type { InitialContent } from '../bytes/log-files';
import { isMissing } from '../disk/failures';
import type { StoredFacts } from '../facts/stored-facts';
import { factsEntry } from '../journal/journal-entry';
import { Generations } from './generations';
import type { LogIndex } from './log-index';
import { detectLostTail } from './lost-tail';

/** Creates logs. The initial bytes are in the log's file before its facts are stored, so that the log is there whole or not at all. */
export class FileLogCreator {
  readonly #generations: Generations;

  constructor(private readonly index: LogIndex) {
    const [newest = ''] = index.context.facts.newestFirst(undefined, 1);
    this.#generations = new Generations(newest);
  }

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const { mutex, context } = this.index;
    const now = context.clock.now();
    const wall = context.clock.wallAt(now);
    const after = firstFacts(newLog(id, init, wall, now, this.#generations.next(wall)), init);
    const insert = (): Promise<CreateResult> => this.#insert(after, init, mode);
    const content = contentOf(after, init);
    const { fork } = init;
    if (fork === undefined && content === undefined) {
      return mutex.run(id, () => this.#insertEmpty(after, insert));
    }
    // Checked early, so that nothing is copied in vain, and again under the mutex.
    this.#assertMayCreate(id, mode);
    if (fork !== undefined) this.#assertForkable(fork);
    const inTurn = (): Promise<CreateResult> =>
      mutex.runAll(fork === undefined ? [id] : [id, fork.source.id], insert);
    if (content === undefined) return this.#insertEmpty(after, inTurn);
    const { generation } = content;
    try {
      // Under a key of its own, because a store that closes waits for the mutex.
      return await mutex.run(generation, () =>
        this.#make(after, content, () => this.#withTimes(after, inTurn)),
      );
    } catch (error) {
      throw await this.#failureOf(error, fork);
    }
  }

  async #insertEmpty(after: StoredFacts, insert: () => Promise<CreateResult>): Promise<CreateResult> {
    const created = await insert();
    await this.index.context.journal.append(factsEntry(after));
    return created;
  }

  /** Until the facts are stored, the journal marks the file as one that the next start deletes. */
  async #make(
    after: StoredFacts,
    content: InitialContent,
    insert: () => Promise<CreateResult>,
  ): Promise<CreateResult> {
    const { files, journal, facts } = this.index.context;
    const { generation } = content;
    const isThere = (): boolean => facts.has(generation);
    try {
      if (!(await journal.append({ kind: 'making', generation }))) throw journal.failure;
      return await files.create(content, insert, isThere);
    } finally {
      await journal.append(isThere() ? factsEntry(after) : { kind: 'gone', generation });
    }
  }

  /** The bytes of a fork keep their times. */
  async #withTimes({ info }: StoredFacts, insert: () => Promise<CreateResult>): Promise<CreateResult> {
    const { forkedFrom, generation } = info;
    const source = forkedFrom && this.index.cache.find(forkedFrom.source);
    if (source !== undefined && forkedFrom !== undefined)
      await this.index.context.times.copy(source, forkedFrom.at, generation);
    return insert();
  }

  async #insert(after: StoredFacts, { fork }: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    const { id } = after.info;
    const replaced = this.#assertMayCreate(id, mode);
    if (fork !== undefined) this.#assertForkable(fork);
    // A log that is there and not current has expired.
    const outcome = { kind: replaced ? 'replaced' : 'expired' } as const;
    await this.index.insert(after, this.index.currentOrExpired(id), outcome);
    return { info: after.info, replaced };
  }

  /** @returns whether there is a log to be replaced */
  #assertMayCreate(id: LogId, mode: 'new' | 'replace'): boolean {
    const isThere = this.index.current(id) !== undefined;
    if (isThere && mode === 'new') throw new LogError('LOG_EXISTS');
    return isThere;
  }

  #assertForkable({ source, at }: ForkPoint): void {
    const log = this.index.current(source.id);
    if (log?.generation !== source.generation) throw new LogError('LOG_NOT_FOUND');
    if (at > log.tail) throw new RangeError(`offset ${at} is beyond the tail ${log.tail} of the source`);
  }

  async #failureOf(error: unknown, fork: ForkPoint | undefined): Promise<unknown> {
    if (fork !== undefined && isLogError(error, 'STORE_DAMAGED')) return this.#damageOf(fork, error.cause);
    if (fork !== undefined && isMissing(error)) return this.#damageOf(fork, error);
    if (error instanceof LogError || error instanceof RangeError) return error;
    return storeFailure('Writing the new log', error);
  }

  /** Unless the source was removed while it was copied. */
  async #damageOf(fork: ForkPoint, cause: unknown): Promise<unknown> {
    const { files, damage } = this.index.context;
    this.#assertForkable(fork);
    const lost = await detectLostTail(this.index, fork.source, fork.at);
    if (lost !== undefined) return lost;
    const missed = { from: fork.at, to: fork.at };
    return damage.report(fork.source, await damageErrorOf(files, fork.source, missed, cause));
  }
}

function firstFacts(facts: LogFacts, init: LogInit): StoredFacts {
  // No writer is attached that would append to the file only.
  return init.graceMs === undefined ? { ...facts, isExact: true } : facts;
}

/** `undefined` for a log without bytes, which has no file. */
function contentOf({ info }: StoredFacts, { fork, first }: LogInit): InitialContent | undefined {
  const chunks = first?.chunks ?? [];
  const { generation } = info;
  if (fork !== undefined && fork.at > 0) {
    return { generation, chunks, copy: { generation: fork.source.generation, bytes: fork.at } };
  }
  return sizeOf(chunks) > 0 ? { generation, chunks } : undefined;
}
