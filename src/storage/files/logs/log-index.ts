import { LogEvents } from '../../../core/events/log-events';
import { isLogError, LogError } from '../../../core/log/errors';
import type { LogInfo, LogOutcome, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { KeyedMutex } from '../../../core/scheduling/keyed-mutex';
import { hasExpiredBy } from '../../../core/state/expiry';
import { attempt } from '../disk/failures';
import type { FactsChange, StoredFacts } from '../facts/stored-facts';
import { factsEntry, needsJournalEntry } from '../journal/journal-entry';
import type { FilesStoreContext } from './files-store-context';
import { type CachedLog, damagedRecordError, LogCache } from './log-cache';

/** The logs of the store: finds, inserts and removes them, and has their events. */
export class LogIndex {
  readonly cache: LogCache;
  readonly events = new LogEvents();
  /** Serializes all changes of the logs of one id: no append takes effect after an attach, a seal or a removal. */
  readonly mutex = new KeyedMutex();
  isClosed = false;

  constructor(
    readonly context: FilesStoreContext,
    private readonly logsMax: number,
  ) {
    this.cache = new LogCache(context.facts, context.damage);
  }

  /** The current log of the id, unless it has expired. @throws LogError `LOG_RETIRED` */
  current(id: LogId): CachedLog | undefined {
    const log = this.currentOrExpired(id);
    if (log === undefined || !this.hasExpired(log.facts.info)) return log;
    if (this.context.facts.forkRefs.hasForks(log.generation)) throw new LogError('LOG_RETIRED');
    return undefined;
  }

  /** The same, expired or not. @throws LogError `LOG_RETIRED`, `STORE_DAMAGED` */
  currentOrExpired(id: LogId): CachedLog | undefined {
    const { facts } = this.context;
    const generation = this.#generationOf(id);
    if (generation !== undefined) return this.cache.find({ id, generation });
    if (facts.forkRefs.isRetired(id)) throw new LogError('LOG_RETIRED');
    return undefined;
  }

  #generationOf(id: LogId): string | undefined {
    const { facts, damage } = this.context;
    try {
      return facts.generationOf(id);
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      damage.report({ id }, error);
      throw damagedRecordError(id, error);
    }
  }

  /** @throws LogError `LOG_GONE` */
  log(ref: LogRef): CachedLog {
    const log = this.logOrExpired(ref);
    if (this.hasExpired(log.facts.info)) throw new LogError('LOG_GONE');
    return log;
  }

  /** @throws LogError `LOG_GONE` */
  logOrExpired(ref: LogRef): CachedLog {
    const log = this.cache.find(ref);
    if (log === undefined) throw new LogError('LOG_GONE');
    return log;
  }

  hasExpired(info: LogInfo): boolean {
    return hasExpiredBy(this.context.clock, info);
  }

  /** @throws LogError `LOGS_TOO_MANY`, `STORE_FULL`, `STORE_UNAVAILABLE` */
  async write(kind: 'new' | 'change', steps: readonly FactsChange[]): Promise<void> {
    const { facts, reserve } = this.context;
    await attempt('Writing the facts of the log', () =>
      reserve.write(kind, () => facts.write(steps, this.logsMax)),
    );
  }

  async update(kind: 'new' | 'change', log: CachedLog, after: StoredFacts): Promise<void> {
    // From here on the log ends where its file ends.
    if (log.facts.isExact && !after.isExact)
      await attempt('Cutting the log', () => this.context.files.cutTorn(log));
    const before = log.facts;
    await this.write(kind, [{ before, after }]);
    this.cache.markStored(log, after);
    if (needsJournalEntry(before, after)) await this.context.journal.append(factsEntry(after));
  }

  /** Writes at the tail, which the caller then advances. @throws LogError `STORE_FULL`, `STORE_UNAVAILABLE` */
  async writeBytes(log: CachedLog, chunks: readonly Buffer[]): Promise<void> {
    const { files, reserve } = this.context;
    this.cache.markAhead(log);
    await attempt('Writing to the log', async () => {
      if (reserve.isShort) await reserve.extend();
      if (!log.mayEndInZeros && chunks.at(-1)?.at(-1) === 0) await this.#noteZeros(log);
      await files.append(log, chunks);
    });
  }

  /** Before the bytes are acknowledged: otherwise the next start may take the zeros for what a lost write leaves. */
  async #noteZeros(log: CachedLog): Promise<void> {
    const { facts, reserve } = this.context;
    const { generation } = log;
    if (!facts.lengths.get(generation)?.mayEndInZeros)
      await reserve.write('change', () => facts.commit(() => facts.lengths.noteZeros(generation)));
    log.mayEndInZeros = true;
  }

  /** Inserts `after`, and removes `log`, if there was one, in the same transaction. */
  async insert(after: StoredFacts, log: CachedLog | undefined, outcome: LogOutcome): Promise<void> {
    const forkRefs = this.context.facts.forkRefs.stepsOfCreate(after.info);
    if (log === undefined) await this.write('new', [{ after, forkRefs }]);
    else await this.#leave(log, outcome, 'new', [{ after, forkRefs }]);
    this.events.created(after.info);
  }

  async remove(log: CachedLog, outcome: LogOutcome): Promise<void> {
    await this.#leave(log, outcome, 'change', []);
  }

  async #leave(
    log: CachedLog,
    outcome: LogOutcome,
    kind: 'new' | 'change',
    then: readonly FactsChange[],
  ): Promise<void> {
    const { facts, doomed } = this.context;
    const { info } = log.facts;
    await facts.forkRefs.removeExclusively(info, async () => {
      const how = outcome.kind === 'replaced' ? 'replaced' : 'removed';
      const forkRefs = facts.forkRefs.stepsOfRemoval(info, how);
      await this.write(kind, [{ before: log.facts, forkRefs }, ...then]);
    });
    this.cache.evict(log.generation);
    this.events.ended(info, log.tail, outcome);
    await doomed.sweep(log.generation);
  }
}
