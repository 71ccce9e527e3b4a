import type { TailHub } from '../../../core/events/tail-hub';
import { isLogError } from '../../../core/log/errors';
import type { LogRef, SealOutcome } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import { pause } from '../../../core/scheduling/pause';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { RawEntry, StreamSubscription } from '../../../redis/blocking-reader';
import type { Connections } from '../../../redis/connections';
import { type Partition, partitionOf } from '../../../redis/partitions';
import type { Locator } from '../read/locator';
import type { LogPosition } from '../read/log-position';
import type { KnownEntry } from '../schema/entries';
import { decodeEntry, type Entry, endOf, sliceOf, timeOf } from '../schema/entries';
import { bytesKey, factsKey } from '../schema/keys';
import type { RedisStoreSettings } from '../schema/options';
import { BlockingReaderPool } from './blocking-reader-pool';

/** Entries of one log in one reply: half a megabyte at the most. */
const ENTRIES_MAX = 16;
/** A follower watches, reads and watches again: its log stays followed in between. */
const LINGER_MS = 2_000;
const RELOCATE_MS = 500;
/** After Redis was away, thousands of followed logs are located anew. */
const LOCATED_AT_ONCE = 64;

interface RemoteTail {
  readonly log: LogRef;
  /** How far the log is known to have come; what a watcher has seen is compared with it. */
  tail: Offset;
  /** That of the entry that ends at `tail`, where it is known. */
  stamp: number | undefined;
  /** Sealed: there is nothing to wait for. */
  isSealed: boolean;
  /** The highest that was heard of. */
  epoch: number;
  subscription?: RemoteTailSubscription;
  lingering?: NodeJS.Timeout;
}

interface RemoteTailSubscription extends StreamSubscription {
  readonly remote: RemoteTail;
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
export class RemoteTails {
  readonly #remotes = new Map<string, RemoteTail>();
  readonly #readers: BlockingReaderPool<RemoteTailSubscription>;
  readonly #limit = new Semaphore(LOCATED_AT_ONCE);
  #isClosed = false;

  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly tails: () => TailHub,
    settings: RedisStoreSettings,
  ) {
    this.#readers = new BlockingReaderPool(connections, settings, {
      entriesMax: ENTRIES_MAX,
      // What comes next may not follow what was read before: Redis may have lost bytes.
      reconnected: (subscriptions) => this.#relocateAll(subscriptions),
      idle: (subscriptions) => void this.#checkExist(subscriptions),
    });
  }

  follow(log: LogRef, from: Offset): void {
    const known = this.#remotes.get(log.generation);
    if (known !== undefined) {
      clearTimeout(known.lingering);
      delete known.lingering;
      return;
    }
    const ring: RemoteTail = { log, tail: from, stamp: undefined, isSealed: false, epoch: 0 };
    this.#remotes.set(log.generation, ring);
    void this.#locate(ring);
  }

  /** Nobody watches the log any more. */
  unfollow(log: LogRef): void {
    const ring = this.#remotes.get(log.generation);
    if (ring === undefined || ring.lingering !== undefined) return;
    // Not all at one time: a spy that leaves may have watched thousands.
    const lingerMs = Math.round(LINGER_MS * (1 + Math.random()));
    ring.lingering = setTimeout(() => this.drop(log), lingerMs).unref();
  }

  /** The log needs no doorbell: its writer is on this node, or it has ended. */
  drop(log: LogRef): void {
    const ring = this.#remotes.get(log.generation);
    if (ring === undefined) return;
    clearTimeout(ring.lingering);
    this.#remotes.delete(log.generation);
    this.#unsubscribe(ring);
  }

  /** Whether the log is known to be past `seen` or sealed. */
  isPast(log: LogRef, seen: Offset): boolean {
    const ring = this.#remotes.get(log.generation);
    return ring !== undefined && (ring.isSealed || ring.tail > seen);
  }

  /** The last entry that the watchers got from here. */
  lastOf(log: LogRef): KnownEntry | undefined {
    const ring = this.#remotes.get(log.generation);
    return ring?.stamp === undefined ? undefined : { end: ring.tail, stamp: ring.stamp };
  }

  /** The stream of the log has the name of this epoch now. */
  renamed(log: LogRef, epoch: number): void {
    const ring = this.#remotes.get(log.generation);
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
    for (const ring of [...this.#remotes.values()])
      if (partitions.includes(partitionOf(ring.log.id))) this.#relocate(ring);
  }

  close(): void {
    this.#isClosed = true;
    for (const ring of this.#remotes.values()) clearTimeout(ring.lingering);
    this.#remotes.clear();
    this.#readers.close();
  }

  async #locate(ring: RemoteTail): Promise<void> {
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
          this.tails().wake(ring.log);
          return;
        }
        await pause(RELOCATE_MS, undefined, { ref: false });
      }
    }
  }

  #located(ring: RemoteTail, place: LogPosition): void {
    ring.tail = place.tail;
    ring.stamp = place.state === 'closed' ? undefined : timeOf(place.lastId);
    ring.isSealed = place.state === 'closed';
    ring.epoch = place.epoch;
    if (!ring.isSealed) this.#subscribe(ring, place.lastId);
    if (ring.isSealed || place.tail > (this.tails().deliveredOffset(ring.log) ?? START))
      this.tails().wake(ring.log);
  }

  #relocate(ring: RemoteTail): void {
    // A Redis that failed over may have lost a renaming as well.
    ring.epoch = 0;
    this.#unsubscribe(ring);
    void this.#locate(ring);
  }

  #subscribe(remote: RemoteTail, after: string): void {
    const { id, generation } = remote.log;
    const deliver = (entries: readonly RawEntry[]): void => this.#deliver(remote, entries);
    remote.subscription = { key: bytesKey(id, generation, remote.epoch), after, deliver, remote };
    this.#readers.add(partitionOf(id), remote.subscription);
  }

  #unsubscribe(ring: RemoteTail): void {
    const { subscription } = ring;
    if (subscription === undefined) return;
    delete ring.subscription;
    this.#readers.delete(partitionOf(ring.log.id), subscription);
  }

  #deliver(ring: RemoteTail, entries: readonly RawEntry[]): void {
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
      if (ring.stamp !== undefined) this.locator.advance(ring.log, ring.tail, ring.stamp);
      // The rest of what was stored in one step, and its seal, may come with the next entries: the store has all of it.
      if (entries.length === ENTRIES_MAX && !ring.isSealed) this.tails().advancedTo(ring.log, ring.tail);
      else this.tails().appended(ring.log, from, chunks, outcome);
    }
    // Whoever reads is told what is missing.
    if (!isComplete) this.#relocate(ring);
    if (!ring.isSealed) return;
    this.#unsubscribe(ring);
    this.tails().wake(ring.log);
  }

  /** A blocked read gets nothing of a stream that was deleted, nor of one whose facts are gone. */
  async #checkExist(subscriptions: readonly RemoteTailSubscription[]): Promise<void> {
    const keys = subscriptions.flatMap(({ key, remote }) => [key, factsKey(remote.log.id)]);
    try {
      if (keys.length === 0 || (await this.connections.commands.exists(...keys)) === keys.length) return;
      this.#relocateAll(subscriptions);
    } catch {
      // Redis is away: once it is back, the place of each log is asked for.
    }
  }

  #relocateAll(subscriptions: readonly RemoteTailSubscription[]): void {
    for (const subscription of subscriptions)
      if (subscription.remote.subscription === subscription) this.#relocate(subscription.remote);
  }

  #isCurrent(ring: RemoteTail): boolean {
    return !this.#isClosed && this.#remotes.get(ring.log.generation) === ring;
  }
}

function decode([id, [name, value]]: RawEntry): Entry {
  return decodeEntry(id.toString('latin1'), String(name), value === undefined ? [] : [value]);
}
