import { isLogError, LostLogError } from '../../core/errors';
import type { LogRef } from '../../core/log';
import type { LogId } from '../../core/log-id';
import type { Connections } from './connect';
import { factsKey, lifecycleKey, lostKey, type Partition, partitionOf } from './keys';
import { decodeHappening } from './lifecycle-event';
import type { RedisStoreSettings } from './options';

/** Clients are answered for so long that Redis has lost a log. */
const REMEMBERED_MS = 24 * 3_600_000;
/** When Redis comes back empty thousands of logs are asked for at once: events that were read are used for a moment. */
const FRESH_MS = 1_000;
const PAGE = 500;
/** The clocks of the servers and of Redis may differ by so much. */
const SKEW_MS = 60_000;

interface Ended {
  readonly at: number;
  readonly generations: ReadonlySet<string>;
  /** No log that was made after this, in unix ms by the clock of Redis, ended without an event that is still there. */
  readonly since: number;
}

/**
 * Tells a log that was removed or replaced, which leaves an event, from one that Redis has lost: it came back empty, or from a time before the
 * log was made.
 */
export class LostLogs {
  readonly #ended = new Map<Partition, Promise<Ended>>();

  constructor(
    private readonly connections: Connections,
    private readonly settings: Pick<RedisStoreSettings, 'alarm' | 'lifecycleLength'>,
    /** Repeats what fails for a reason that may pass. */
    private readonly quickly: <T>(attempt: () => Promise<T>) => Promise<T>,
  ) {}

  /** The error to be thrown for one of a log: whether a log that is gone was taken away or lost. */
  async explain(log: LogRef, error: unknown): Promise<unknown> {
    if (!isLogError(error, 'LOG_GONE')) return error;
    // Where that cannot be found out the first error still holds.
    const isLost = await this.quickly(() => this.#isLost(log)).catch(() => false);
    return isLost ? new LostLogError() : error;
  }

  /** Whether a log with this id is not there because Redis has lost it. @throws LogError `STORE_UNAVAILABLE` */
  async wasLost(id: LogId): Promise<boolean> {
    return (await this.quickly(() => this.connections.commands.exists(lostKey(id)))) === 1;
  }

  /** Whether Redis has lost this generation, of which a script says that it is gone. @throws whatever the client throws */
  async #isLost({ id, generation }: LogRef): Promise<boolean> {
    const { commands } = this.connections;
    const present = await commands.hget(factsKey(id), 'generation');
    // It has expired.
    if (present === generation) return false;
    const { generations, since } = await this.#endedIn(partitionOf(id));
    if (generations.has(generation) || createdAt(generation) < since) return false;
    if (present === null) await this.#note(id, generation);
    return true;
  }

  async #note(id: LogId, generation: string): Promise<void> {
    const { commands } = this.connections;
    const noted = await commands.set(lostKey(id), generation, 'PX', REMEMBERED_MS, 'NX');
    if (noted === 'OK') this.settings.alarm('Redis lost a log', { id, generation });
  }

  #endedIn(partition: Partition): Promise<Ended> {
    const known = this.#ended.get(partition);
    const reading = known?.then((ended) =>
      performance.now() - ended.at < FRESH_MS ? ended : this.#read(partition),
    );
    const ended = reading ?? this.#read(partition);
    this.#ended.set(partition, ended);
    ended.catch(() => this.#ended.delete(partition));
    return ended;
  }

  async #read(partition: Partition): Promise<Ended> {
    const at = performance.now();
    const generations = new Set<string>();
    const key = lifecycleKey(partition);
    let [before, oldest, count] = ['+', Number.POSITIVE_INFINITY, 0];
    for (;;) {
      const events = await this.connections.commands.xrevrangeBuffer(key, before, '-', 'COUNT', PAGE);
      for (const [, fields] of events) {
        const generation = endedIn(fields);
        if (generation !== undefined) generations.add(generation);
      }
      count += events.length;
      const last = events.at(-1)?.[0].toString();
      if (last === undefined) break;
      oldest = Number.parseInt(last, 10);
      before = `(${last}`;
    }
    // A shorter stream has all events that there ever were.
    const since = count < this.settings.lifecycleLength ? 0 : oldest + SKEW_MS;
    return { at, generations, since };
  }
}

function endedIn(fields: readonly Buffer[]): string | undefined {
  try {
    const { event, log } = decodeHappening(fields);
    return event?.kind === 'ended' ? log.generation : undefined;
  } catch {
    // Written by a later version.
    return undefined;
  }
}

/** A generation is a UUIDv7, which begins with the unix ms at which it was made. */
function createdAt(generation: string): number {
  return Number.parseInt(generation.replace('-', '').slice(0, 12), 16);
}
