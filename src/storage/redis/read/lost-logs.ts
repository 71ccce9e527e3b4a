import { isLogError, LogError, LostLogError } from '../../../core/log/errors';
import { isRemoval, type LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { LifecycleEvent } from '../../../core/store/news';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { factsKey, lifecycleKey } from '../schema/keys';
import { decodeLifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreContext } from '../schema/store-context';
import type { Locator } from './locator';
import { LostLogTombstones } from './lost-log-tombstones';

/** How long events that were read are used. When Redis comes back empty, thousands of logs are looked up at once. */
const FRESH_MS = 1_000;
const PAGE = 500;
const NO_EVENT = '0-0';
/** By how much the clocks of the servers and of Redis may differ. */
const SKEW_MS = 60_000;

interface EndedGenerations {
  readonly at: number;
  /** The id of the last event that was read. */
  lastEventId: string;
  readonly generations: Set<string>;
  /** The unix ms, by the clock of Redis, since which every event is still stored. */
  readonly since: number;
}

type Disappearance = 'removed' | 'lost' | 'lost and followed by another';

/** Distinguishes a log that was removed or replaced, which leaves an event, from one that Redis lost: it came back empty or older. */
export class LostLogs {
  readonly #ended = new Map<Partition, Promise<EndedGenerations>>();
  readonly #tombstones: LostLogTombstones;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly locator: Pick<Locator, 'findById' | 'forget'>,
  ) {
    this.#tombstones = new LostLogTombstones(context);
  }

  /** The error to throw instead of `error`: a LostLogError if the log is gone because Redis has lost it. */
  async explain(log: LogRef, error: unknown): Promise<unknown> {
    if (!isLogError(error, 'LOG_GONE')) return error;
    const cause = await this.context.retry(() => this.#findCause(log)).catch(() => undefined);
    if (cause === undefined) return error;
    this.locator.forget(log);
    if (cause === 'removed') return error;
    if (cause === 'lost') await this.#tombstones.add(log);
    return new LostLogError();
  }

  /** Whether Redis has lost the log with this id: it has a tombstone, or this node remembers it. @throws LogError `STORE_UNAVAILABLE` */
  async wasLost(id: LogId): Promise<boolean> {
    if (await this.context.retry(() => this.#tombstones.has(id))) return true;
    const log = this.locator.findById(id);
    return log !== undefined && (await this.explain(log, new LogError('LOG_GONE'))) instanceof LostLogError;
  }

  onLifecycleEvent({ kind, log }: LifecycleEvent): void {
    if (kind === 'created') this.created(log);
  }

  created({ id }: LogRef): void {
    this.#tombstones.forget(id);
  }

  writePending(): Promise<void> {
    return this.#tombstones.writePending();
  }

  /** Why a generation does not exist any more. @throws whatever the client throws */
  async #findCause({ id, generation }: LogRef): Promise<Disappearance> {
    const present = await this.context.connections.commands.hget(factsKey(id), 'generation');
    // It expired.
    if (present === generation) return 'removed';
    const partition = partitionOf(id);
    const ended = await this.#endedIn(partition);
    if (createdAt(generation) < ended.since) return 'removed';
    // Its event may be newer than the events that were read for another log.
    if (!ended.generations.has(generation)) await this.#readOn(partition, ended);
    if (ended.generations.has(generation)) return 'removed';
    return present === null ? 'lost' : 'lost and followed by another';
  }

  #endedIn(partition: Partition): Promise<EndedGenerations> {
    const known = this.#ended.get(partition);
    const reading = known?.then((ended) =>
      performance.now() - ended.at < FRESH_MS ? ended : this.#read(partition),
    );
    const ended = reading ?? this.#read(partition);
    this.#ended.set(partition, ended);
    ended.catch(() => this.#ended.delete(partition));
    return ended;
  }

  async #read(partition: Partition): Promise<EndedGenerations> {
    const at = performance.now();
    const generations = new Set<string>();
    const { first, last: lastEventId, count } = await this.#gather(partition, '-', generations);
    // A shorter stream was never trimmed.
    const since = count < this.context.settings.lifecycleLength ? 0 : Number.parseInt(first, 10) + SKEW_MS;
    return { at, lastEventId, generations, since };
  }

  /** Reads the events that were written since. */
  async #readOn(partition: Partition, ended: EndedGenerations): Promise<void> {
    const { last } = await this.#gather(partition, `(${ended.lastEventId}`, ended.generations);
    if (last !== NO_EVENT) ended.lastEventId = last;
  }

  /** Adds the generations that ended, by the events from `from` on. */
  async #gather(
    partition: Partition,
    from: string,
    generations: Set<string>,
  ): Promise<{ first: string; last: string; count: number }> {
    const key = lifecycleKey(partition);
    const found = { first: NO_EVENT, last: NO_EVENT, count: 0 };
    for (let before = '+'; ; before = `(${found.first}`) {
      const events = await this.context.connections.commands.xrevrangeBuffer(
        key,
        before,
        from,
        'COUNT',
        PAGE,
      );
      for (const [id, fields] of events) {
        const generation = removedIn(fields);
        if (generation !== undefined) generations.add(generation);
        found.first = id.toString();
        if (found.last === NO_EVENT) found.last = found.first;
      }
      found.count += events.length;
      if (events.length === 0) return found;
    }
  }
}

function removedIn(fields: readonly Buffer[]): string | undefined {
  try {
    const { event, log } = decodeLifecycleRecord(fields);
    // A log that was sealed still exists.
    return event?.kind === 'ended' && isRemoval(event.outcome) ? log.generation : undefined;
  } catch {
    // Written by a later version.
    return undefined;
  }
}

/** A generation is a UUIDv7, which begins with the unix ms of its creation. */
function createdAt(generation: string): number {
  return Number.parseInt(generation.replace('-', '').slice(0, 12), 16);
}
