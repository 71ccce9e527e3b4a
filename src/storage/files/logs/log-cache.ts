import { LRUCache } from 'lru-cache';
import { isLogError, LogError } from '../../../core/log/errors';
import type { LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Offset } from '../../../core/log/offset';
import type { LostTailError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { AppendTarget } from '../bytes/log-files';
import type { FactsDatabase } from '../facts/facts-database';
import { readFactsOrReport } from '../facts/read-facts-or-report';
import type { StoredFacts } from '../facts/stored-facts';
import type { TimedLog } from '../times/times-view';

/** A log as this process knows it, expired or not. */
export interface CachedLog extends AppendTarget, TimedLog {
  /** As stored. */
  facts: StoredFacts;
  /** The committed tail. */
  tail: Offset;
  updatedAt: number;
  /** The bytes that this process found lost. The producer of that epoch attached before, and must attach again. */
  lost?: { readonly epoch: number; readonly error: LostTailError } | undefined;
}

/** How many logs are cached that LMDB has in the same state. */
const SETTLED_MAX = 2_000;

/** The logs in memory: all whose tail is ahead of the stored facts, because an append does not touch those, and the last used ones. */
export class LogCache {
  readonly #ahead = new Map<string, CachedLog>();
  readonly #settled = new LRUCache<string, CachedLog>({ max: SETTLED_MAX });

  constructor(
    private readonly facts: FactsDatabase,
    private readonly damage: DamageReports,
  ) {}

  /** `undefined` when that generation was replaced or removed. @throws LogError `STORE_DAMAGED` */
  find({ id, generation }: LogRef): CachedLog | undefined {
    const cached = this.#ahead.get(generation) ?? this.#settled.get(generation);
    const log = cached ?? this.#load({ id, generation });
    if (log === undefined || log.facts.info.id !== id) return undefined;
    if (cached === undefined) this.#settled.set(generation, log);
    return log;
  }

  /** The facts of a log, without caching it: a list skips over many. `undefined` also if its record cannot be read. */
  infoOf(generation: string): LogInfo | undefined {
    const known = this.#ahead.get(generation);
    return known === undefined
      ? readFactsOrReport(this.facts, this.damage, generation)?.info
      : currentInfo(known);
  }

  /** The log is about to get ahead of its stored facts. */
  markAhead(log: CachedLog): void {
    this.#settled.delete(log.generation);
    this.#ahead.set(log.generation, log);
  }

  /** The logs whose producers have not stored all that they appended in the facts. */
  get ahead(): Iterable<CachedLog> {
    return this.#ahead.values();
  }

  /** `facts` were stored. */
  markStored(log: CachedLog, facts: StoredFacts): void {
    log.facts = facts;
    log.tail = facts.info.tail;
    log.updatedAt = facts.info.updatedAt;
    if (log.lost?.epoch !== facts.info.epoch) log.lost = undefined;
    // A torn file must be cut before the next append, and a loss concerns one producer: neither may be evicted.
    if (log.isTorn || (log.lost !== undefined && facts.info.state !== 'closed')) return;
    this.#ahead.delete(log.generation);
    this.#settled.set(log.generation, log);
  }

  evict(generation: string): void {
    this.#ahead.delete(generation);
    this.#settled.delete(generation);
  }

  #load(ref: LogRef): CachedLog | undefined {
    try {
      const facts = this.facts.get(ref.generation);
      return facts && cachedLog(facts);
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      this.damage.report(ref, error);
      throw damagedRecordError(ref.id, error);
    }
  }
}

export function cachedLog(facts: StoredFacts): CachedLog {
  const { generation, tail, updatedAt } = facts.info;
  return { facts, generation, tail, updatedAt, isTorn: false };
}

/** The sentence says what to do. */
export function damagedRecordError(id: LogId, cause: LogError): LogError {
  const message = `The record of the stream with ID ${id} cannot be read: delete the stream to use its ID again`;
  return new LogError('STORE_DAMAGED', message, { cause });
}

export function currentInfo({ facts, tail, updatedAt }: CachedLog): LogInfo {
  return { ...facts.info, tail, updatedAt };
}
