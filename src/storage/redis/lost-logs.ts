import { isLogError, LostLogError } from '../../core/errors';
import type { LogRef } from '../../core/log';
import type { LogId } from '../../core/log-id';
import type { LifecycleEvent } from '../../core/store';
import type { Connections } from './connect';
import { factsKey, lifecycleKey, type Partition, partitionOf } from './keys';
import { decodeHappening } from './lifecycle-event';
import { LostNotes } from './lost-notes';
import type { RedisStoreSettings } from './options';

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

type Found = 'removed' | 'lost' | 'lost and followed by another';

/**
 * Tells a log that was removed or replaced, which leaves an event, from one that Redis has lost: it came back empty, or from a time before the
 * log was made.
 */
export class LostLogs {
  readonly #ended = new Map<Partition, Promise<Ended>>();
  readonly #notes: LostNotes;

  constructor(
    private readonly connections: Connections,
    private readonly settings: Pick<RedisStoreSettings, 'alarm' | 'lifecycleLength'>,
    /** Repeats what fails for a reason that may pass. */
    private readonly quickly: <T>(attempt: () => Promise<T>) => Promise<T>,
  ) {
    this.#notes = new LostNotes(connections, settings);
  }

  /** The error to be thrown for one of a log: whether a log that is gone was taken away or lost. */
  async explain(log: LogRef, error: unknown): Promise<unknown> {
    if (!isLogError(error, 'LOG_GONE')) return error;
    // Where that cannot be found out the first error still holds.
    const found = await this.quickly(() => this.#find(log)).catch((): Found => 'removed');
    if (found === 'removed') return error;
    if (found === 'lost') await this.#notes.add(log);
    return new LostLogError();
  }

  /** Whether a log with this id is not there because Redis has lost it. @throws LogError `STORE_UNAVAILABLE` */
  wasLost(id: LogId): Promise<boolean> {
    return this.quickly(() => this.#notes.has(id));
  }

  /** What happens to logs, on any node. */
  happened({ kind, log }: LifecycleEvent): void {
    if (kind === 'created') this.created(log);
  }

  created({ id }: LogRef): void {
    this.#notes.forget(id);
  }

  /** Writes down what Redis did not take before. */
  catchUp(): Promise<void> {
    return this.#notes.catchUp();
  }

  /** What became of this generation, of which a script says that it is gone. @throws whatever the client throws */
  async #find({ id, generation }: LogRef): Promise<Found> {
    const present = await this.connections.commands.hget(factsKey(id), 'generation');
    // It has expired.
    if (present === generation) return 'removed';
    const { generations, since } = await this.#endedIn(partitionOf(id));
    if (generations.has(generation) || createdAt(generation) < since) return 'removed';
    return present === null ? 'lost' : 'lost and followed by another';
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
