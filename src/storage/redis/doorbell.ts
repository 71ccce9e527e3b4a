import { setTimeout as delay } from 'node:timers/promises';
import { isLogError } from '../../core/errors';
import type { LogRef, SealOutcome } from '../../core/log';
import { type Offset, START } from '../../core/offset';
import type { Tails } from '../../core/tails';
import { BlockingReader, type RawEntry, type Subscription } from './blocking-reader';
import type { Connections } from './connect';
import { decodeEntry, type Entry, endOf, sliceOf, timeOf } from './entries';
import { bytesKey, factsKey, type Partition, partitionOf } from './keys';
import type { Locator, Place } from './locate';
import type { KnownEntry } from './log-memory';
import type { RedisStoreSettings } from './options';
import { TaskLimit } from './task-limit';

/** Entries of one log in one reply: half a megabyte at the most. */
const ENTRIES_MAX = 16;
/** A follower watches, reads and watches again: its log stays followed in between. */
const LINGER_MS = 2_000;
const RELOCATE_MS = 500;
/** After Redis was away, thousands of followed logs are located anew. */
const LOCATED_AT_ONCE = 64;

interface Ring {
  readonly log: LogRef;
  /** How far the log is known to have come; what a watcher has seen is compared with it. */
  tail: Offset;
  /** That of the entry that ends at `tail`, where it is known. */
  stamp: number | undefined;
  /** Sealed: there is nothing to wait for. */
  isSealed: boolean;
  /** The highest that was heard of. */
  epoch: number;
  subscription?: Subscription;
  reader?: BlockingReader;
  lingering?: NodeJS.Timeout;
}

/**
 * Tells of bytes that other nodes append. A few logs share a blocking read on a connection of their own: one for all would be
 * issued again for each chunk of any log, one for each would cost a connection each.
 *
 * A followed log is
 * LOCATING   asked where it stands. What came before that, the watchers read for themselves.
 * FOLLOWED   part of a reader. Renamed by an `attach`, it goes on under the new name after the same entry.
 * LINGERING  followed, but nobody watches; dropped after a while.
 */
export class Doorbell {
  readonly #rings = new Map<string, Ring>();
  /** In a Cluster a read cannot span partitions; elsewhere all readers are in group 0. */
  readonly #groups = new Map<Partition, Set<BlockingReader>>();
  readonly #limit = new TaskLimit(LOCATED_AT_ONCE);
  #isClosed = false;

  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly tails: () => Tails,
    private readonly settings: RedisStoreSettings,
  ) {}

  follow(log: LogRef, from: Offset): void {
    const known = this.#rings.get(log.generation);
    if (known !== undefined) {
      clearTimeout(known.lingering);
      delete known.lingering;
      return;
    }
    const ring: Ring = { log, tail: from, stamp: undefined, isSealed: false, epoch: 0 };
    this.#rings.set(log.generation, ring);
    void this.#locate(ring);
  }

  /** Nobody watches the log any more. */
  rest(log: LogRef): void {
    const ring = this.#rings.get(log.generation);
    if (ring === undefined || ring.lingering !== undefined) return;
    ring.lingering = setTimeout(() => this.drop(log), LINGER_MS).unref();
  }

  /** The log needs no doorbell: its writer is on this node, or it has ended. */
  drop(log: LogRef): void {
    const ring = this.#rings.get(log.generation);
    if (ring === undefined) return;
    clearTimeout(ring.lingering);
    this.#rings.delete(log.generation);
    this.#unsubscribe(ring);
  }

  /** Whether the log is known to be past `seen` or sealed. */
  isPast(log: LogRef, seen: Offset): boolean {
    const ring = this.#rings.get(log.generation);
    return ring !== undefined && (ring.isSealed || ring.tail > seen);
  }

  /** The last entry that the watchers got from here. */
  lastOf(log: LogRef): KnownEntry | undefined {
    const ring = this.#rings.get(log.generation);
    return ring?.stamp === undefined ? undefined : { end: ring.tail, stamp: ring.stamp };
  }

  /** The stream of the log has the name of this epoch now. */
  renamed(log: LogRef, epoch: number): void {
    const ring = this.#rings.get(log.generation);
    if (ring === undefined || ring.epoch >= epoch) return;
    ring.epoch = epoch;
    // Where it is being located the answer may be older than this, which shows by its epoch.
    if (ring.subscription === undefined) return;
    const { after } = ring.subscription;
    this.#unsubscribe(ring);
    this.#subscribe(ring, after);
  }

  /** After news of renamings may have been missed. */
  relocate(partitions: readonly Partition[]): void {
    this.#relocateAll((ring) => partitions.includes(partitionOf(ring.log.id)));
  }

  close(): void {
    this.#isClosed = true;
    for (const ring of this.#rings.values()) clearTimeout(ring.lingering);
    this.#rings.clear();
    for (const readers of this.#groups.values()) for (const reader of readers) reader.close();
    this.#groups.clear();
  }

  async #locate(ring: Ring): Promise<void> {
    while (this.#isCurrent(ring) && ring.subscription === undefined) {
      try {
        const place = await this.#limit.run(() => this.locator.locate(ring.log));
        if (!this.#isCurrent(ring) || ring.subscription !== undefined) return;
        if (place.epoch < ring.epoch) continue;
        this.#located(ring, place);
        return;
      } catch (error) {
        if (isLogError(error) && this.#isCurrent(ring)) {
          // It is gone. The watchers find that out when they look.
          this.drop(ring.log);
          this.tails().stirred(ring.log);
          return;
        }
        await delay(RELOCATE_MS, undefined, { ref: false });
      }
    }
  }

  #located(ring: Ring, place: Place): void {
    ring.tail = place.tail;
    ring.stamp = place.state === 'closed' ? undefined : timeOf(place.lastId);
    ring.isSealed = place.state === 'closed';
    ring.epoch = place.epoch;
    if (!ring.isSealed) this.#subscribe(ring, place.lastId);
    if (ring.isSealed || place.tail > (this.tails().told(ring.log) ?? START)) this.tails().stirred(ring.log);
  }

  #relocate(ring: Ring): void {
    // A Redis that failed over may have lost a renaming as well.
    ring.epoch = 0;
    this.#unsubscribe(ring);
    void this.#locate(ring);
  }

  #subscribe(ring: Ring, after: string): void {
    const { id, generation } = ring.log;
    const deliver = (entries: readonly RawEntry[]): void => this.#deliver(ring, entries);
    ring.subscription = { key: bytesKey(id, generation, ring.epoch), after, deliver };
    ring.reader = this.#readerWithRoom(this.connections.isCluster ? partitionOf(id) : 0);
    ring.reader.add(ring.subscription);
  }

  #unsubscribe(ring: Ring): void {
    const { reader, subscription } = ring;
    if (reader === undefined || subscription === undefined) return;
    delete ring.reader;
    delete ring.subscription;
    reader.delete(subscription);
    this.#tidy(this.connections.isCluster ? partitionOf(ring.log.id) : 0);
  }

  #deliver(ring: Ring, entries: readonly RawEntry[]): void {
    const from = ring.tail;
    const chunks: Buffer[] = [];
    let isComplete = true;
    let outcome: SealOutcome | undefined;
    for (const entry of entries.map(decode)) {
      if (entry.kind === 'seal') {
        ring.isSealed = true;
        outcome = entry.outcome;
      }
      if (entry.kind !== 'bytes' || endOf(entry.id) <= ring.tail) continue;
      isComplete = entry.from <= ring.tail;
      if (!isComplete) break;
      chunks.push(...sliceOf(entry.parts, ring.tail - entry.from));
      ring.tail = entry.end;
      ring.stamp = timeOf(entry.id);
    }
    if (chunks.length > 0) {
      if (ring.stamp !== undefined) this.locator.reached(ring.log, ring.tail, ring.stamp);
      // The rest of what was stored in one step, and its seal, may come with the next entries: the store has all of it.
      if (entries.length === ENTRIES_MAX && !ring.isSealed) this.tails().passed(ring.log, ring.tail);
      else this.tails().advanced(ring.log, from, chunks, outcome);
    }
    // Whoever reads is told what is missing.
    if (!isComplete) this.#relocate(ring);
    if (!ring.isSealed) return;
    this.#unsubscribe(ring);
    this.tails().stirred(ring.log);
  }

  #readerWithRoom(group: Partition): BlockingReader {
    const readers = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, readers);
    for (const reader of readers) if (reader.size < this.settings.followedPerConnection) return reader;
    const reader: BlockingReader = new BlockingReader(this.connections, this.settings, group, {
      entriesMax: ENTRIES_MAX,
      // What comes next may not follow what was read before: Redis may have lost bytes.
      restored: () => this.#relocateAll((ring) => ring.reader === reader),
      quiet: () => void this.#lookFor(reader),
    });
    readers.add(reader);
    return reader;
  }

  /** A blocked read gets nothing of a stream that was deleted, nor of one whose facts are gone. */
  async #lookFor(reader: BlockingReader): Promise<void> {
    const rings = [...this.#rings.values()].filter((ring) => ring.reader === reader);
    const keys = rings.flatMap(({ log, epoch }) => [
      bytesKey(log.id, log.generation, epoch),
      factsKey(log.id),
    ]);
    try {
      if (keys.length === 0 || (await this.connections.commands.exists(...keys)) === keys.length) return;
      this.#relocateAll((ring) => rings.includes(ring));
    } catch {
      // Redis is away: once it is back, the place of each log is asked for.
    }
  }

  #relocateAll(isMeant: (ring: Ring) => boolean): void {
    for (const ring of [...this.#rings.values()]) if (isMeant(ring)) this.#relocate(ring);
  }

  /** Forgets readers that read nothing, and dissolves the emptiest where the logs would do with half as many readers. */
  #tidy(group: Partition): void {
    const readers = this.#groups.get(group) ?? new Set();
    for (const reader of readers) if (reader.size === 0) readers.delete(reader);
    const followed = [...readers].reduce((sum, { size }) => sum + size, 0);
    if (readers.size <= 1 + Math.ceil((2 * followed) / this.settings.followedPerConnection)) return;
    const [emptiest] = [...readers].sort((a, b) => a.size - b.size);
    if (emptiest === undefined) return;
    readers.delete(emptiest);
    for (const ring of this.#rings.values()) {
      const { subscription } = ring;
      if (ring.reader !== emptiest || subscription === undefined) continue;
      emptiest.delete(subscription);
      ring.reader = this.#readerWithRoom(group);
      ring.reader.add(subscription);
    }
  }

  #isCurrent(ring: Ring): boolean {
    return !this.#isClosed && this.#rings.get(ring.log.generation) === ring;
  }
}

function decode([id, [name, value]]: RawEntry): Entry {
  return decodeEntry(id.toString('latin1'), String(name), value === undefined ? [] : [value]);
}
