import { isLogError, LogError, LostLogError } from '../../../core/log/errors';
import { isRemoval, type LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { LifecycleEvent } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { factsKey, lifecycleKey } from '../schema/keys';
import { decodeLifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreSettings } from '../schema/options';
import type { Locator } from './locator';
import { LostLogTombstones } from './lost-log-tombstones';

/** When Redis comes back empty thousands of logs are asked for at once: events that were read are used for a moment. */
const FRESH_MS = 1_000;
const PAGE = 500;
const NO_EVENT = '0-0';
/** The clocks of the servers and of Redis may differ by so much. */
const SKEW_MS = 60_000;

interface EndedGenerations {
  readonly at: number;
  /** The id of the last event that was read. */
  lastEventId: string;
  readonly generations: Set<string>;
  /** No log that was made after this, in unix ms by the clock of Redis, ended without an event that is still there. */
  readonly since: number;
}

type Disappearance = 'removed' | 'lost' | 'lost and followed by another';

/**
 * Tells a log that was removed or replaced, which leaves an event, from one that Redis has lost: it came back empty, or from a time before the
 * log was made.
 */
export class LostLogs {
  readonly #ended = new Map<Partition, Promise<EndedGenerations>>();
  readonly #notes: LostLogTombstones;

  constructor(
    private readonly connections: Connections,
    private readonly settings: Pick<RedisStoreSettings, 'alarm' | 'lifecycleLength'>,
    /** What this node remembers of logs. */
    private readonly memories: Pick<Locator, 'findById' | 'forget'>,
    /** Repeats what fails for a reason that may pass. */
    private readonly quickly: <T>(attempt: () => Promise<T>) => Promise<T>,
  ) {
    this.#notes = new LostLogTombstones(connections, settings);
  }

  /** The error to be thrown for one of a log: whether a log that is gone was taken away or lost. */
  async explain(log: LogRef, error: unknown): Promise<unknown> {
    if (!isLogError(error, 'LOG_GONE')) return error;
    const found = await this.quickly(() => this.#find(log)).catch(() => undefined);
    // Where that cannot be found out the first error still holds.
    if (found === undefined) return error;
    this.memories.forget(log);
    if (found === 'removed') return error;
    if (found === 'lost') await this.#notes.add(log);
    return new LostLogError();
  }

  /**
   * Whether a log with this id, which is not there, is one that Redis has lost: a node noted it, or this one remembers it.
   * @throws LogError `STORE_UNAVAILABLE`
   */
  async wasLost(id: LogId): Promise<boolean> {
    if (await this.quickly(() => this.#notes.has(id))) return true;
    const log = this.memories.findById(id);
    return log !== undefined && (await this.explain(log, new LogError('LOG_GONE'))) instanceof LostLogError;
  }

  /** What happens to logs, on any node. */
  onLifecycleEvent({ kind, log }: LifecycleEvent): void {
    if (kind === 'created') this.created(log);
  }

  created({ id }: LogRef): void {
    this.#notes.forget(id);
  }

  /** Writes down what Redis did not take before. */
  writePending(): Promise<void> {
    return this.#notes.writePending();
  }

  /** What became of this generation, of which a script says that it is gone. @throws whatever the client throws */
  async #find({ id, generation }: LogRef): Promise<Disappearance> {
    const present = await this.connections.commands.hget(factsKey(id), 'generation');
    // It has expired.
    if (present === generation) return 'removed';
    const partition = partitionOf(id);
    const ended = await this.#endedIn(partition);
    if (createdAt(generation) < ended.since) return 'removed';
    // Its event may be younger than what was read for another log.
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
    // A shorter stream has all events that there ever were.
    const since = count < this.settings.lifecycleLength ? 0 : Number.parseInt(first, 10) + SKEW_MS;
    return { at, lastEventId, generations, since };
  }

  /** Reads what was written since. */
  async #readOn(partition: Partition, ended: EndedGenerations): Promise<void> {
    const { last } = await this.#gather(partition, `(${ended.lastEventId}`, ended.generations);
    if (last !== NO_EVENT) ended.lastEventId = last;
  }

  /** Adds the generations that ended by the events from `from` on. */
  async #gather(
    partition: Partition,
    from: string,
    generations: Set<string>,
  ): Promise<{ first: string; last: string; count: number }> {
    const key = lifecycleKey(partition);
    const found = { first: NO_EVENT, last: NO_EVENT, count: 0 };
    for (let before = '+'; ; before = `(${found.first}`) {
      const events = await this.connections.commands.xrevrangeBuffer(key, before, from, 'COUNT', PAGE);
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
    // A log that was sealed is still there.
    return event?.kind === 'ended' && isRemoval(event.outcome) ? log.generation : undefined;
  } catch {
    // Written by a later version.
    return undefined;
  }
}

/** A generation is a UUIDv7, which begins with the unix ms at which it was made. */
function createdAt(generation: string): number {
  return Number.parseInt(generation.replace('-', '').slice(0, 12), 16);
}
