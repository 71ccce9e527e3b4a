import type { TailHub } from '../../../core/events/tail-hub';
import { isLogError } from '../../../core/log/errors';
import type { LogRef, SealOutcome } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import { pause } from '../../../core/scheduling/pause';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { RawEntry, StreamSubscription } from '../../../redis/blocking-reader';
import { type Partition, partitionOf } from '../../../redis/partitions';
import type { Locator } from '../read/locator';
import type { LogPosition } from '../read/log-position';
import { decodeEntry, type Entry, endOf, type KnownEntry, sliceOf, stampOf } from '../schema/entries';
import { bytesKey, factsKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import { BlockingReaderPool } from './blocking-reader-pool';
import { addToRuns, type EntryRun } from './entry-runs';

/** Entries of one log in one reply: at most half a megabyte. */
const ENTRIES_MAX = 16;
/** How long an unwatched log stays followed: a follower watches, reads and watches again. */
const LINGER_MS = 2_000;
const RELOCATE_MS = 500;
/** How many logs are located at a time. After Redis was away, thousands may have to be. */
const LOCATED_AT_ONCE = 64;

interface RemoteTail {
  readonly log: LogRef;
  /** How far the log is known to reach. */
  tail: Offset;
  /** The stamp of the entry that ends at `tail`, if known. */
  stamp: number | undefined;
  /** The time of the last news. */
  newsAt: number;
  isSealed: boolean;
  /** The highest epoch that was observed. */
  epoch: number;
  subscription?: RemoteTailSubscription;
  lingering?: NodeJS.Timeout;
}

interface RemoteTailSubscription extends StreamSubscription {
  readonly remote: RemoteTail;
}

/**
 * Delivers bytes that other nodes append. A few logs share a blocking read: one read for all logs would be sent again for each chunk of
 * any log, and one read per log would take a connection per log.
 *
 * A followed log is
 * LOCATING   being located. The watchers themselves read the bytes before its tail.
 * FOLLOWED   part of a reader. When an `attach` renames its stream, it continues in the new stream after the same entry.
 * LINGERING  followed without a watcher; dropped after a while.
 */
export class RemoteTails {
  readonly #remotes = new Map<string, RemoteTail>();
  readonly #readers: BlockingReaderPool<RemoteTailSubscription>;
  readonly #limit = new Semaphore(LOCATED_AT_ONCE);
  #isClosed = false;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly locator: Locator,
    private readonly tails: () => TailHub,
  ) {
    this.#readers = new BlockingReaderPool(context, {
      entriesMax: ENTRIES_MAX,
      // Redis may have lost bytes, so the next entries may not continue the former ones.
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
    const remote: RemoteTail = { log, tail: from, stamp: undefined, newsAt: 0, isSealed: false, epoch: 0 };
    this.#remotes.set(log.generation, remote);
    void this.#locate(remote);
  }

  unfollow(log: LogRef): void {
    const remote = this.#remotes.get(log.generation);
    if (remote === undefined || remote.lingering !== undefined) return;
    // At different times, as one client may have watched thousands of logs.
    const lingerMs = Math.round(LINGER_MS * (1 + Math.random()));
    remote.lingering = setTimeout(() => this.drop(log), lingerMs).unref();
  }

  /** Stops following the log: its writer is on this node, or it has ended. */
  drop(log: LogRef): void {
    const remote = this.#remotes.get(log.generation);
    if (remote === undefined) return;
    clearTimeout(remote.lingering);
    this.#remotes.delete(log.generation);
    this.#unsubscribe(remote);
  }

  /** Whether the log is known to reach beyond `seen` or to be sealed. */
  isPast(log: LogRef, seen: Offset): boolean {
    const remote = this.#remotes.get(log.generation);
    return remote !== undefined && (remote.isSealed || remote.tail > seen);
  }

  /** The last entry that was delivered to the watchers. */
  lastOf(log: LogRef): KnownEntry | undefined {
    const remote = this.#remotes.get(log.generation);
    return remote?.stamp === undefined ? undefined : { end: remote.tail, stamp: remote.stamp };
  }

  /** The stream of the log has the name of this epoch now. */
  renamed(log: LogRef, epoch: number): void {
    const remote = this.#remotes.get(log.generation);
    if (remote === undefined || remote.epoch >= epoch) return;
    remote.epoch = epoch;
    // If it is being located, an older position is recognised by its epoch.
    if (remote.subscription === undefined) return;
    const { after } = remote.subscription;
    this.#unsubscribe(remote);
    this.#subscribe(remote, after);
  }

  /** Locates the logs of these partitions again: records of renamed streams may have been missed. */
  relocate(partitions: readonly Partition[]): void {
    for (const remote of [...this.#remotes.values()])
      if (partitions.includes(partitionOf(remote.log.id))) this.#relocate(remote);
  }

  close(): void {
    this.#isClosed = true;
    for (const remote of this.#remotes.values()) clearTimeout(remote.lingering);
    this.#remotes.clear();
    this.#readers.close();
  }

  async #locate(remote: RemoteTail): Promise<void> {
    while (this.#isCurrent(remote) && remote.subscription === undefined) {
      try {
        const position = await this.#limit.run(() => this.locator.locate(remote.log));
        if (!this.#isCurrent(remote) || remote.subscription !== undefined) return;
        if (position.epoch < remote.epoch) continue;
        this.#located(remote, position);
        return;
      } catch (error) {
        if (isLogError(error) && this.#isCurrent(remote)) {
          // It is gone. The watchers find that out when they read.
          this.drop(remote.log);
          this.tails().wake(remote.log);
          return;
        }
        await pause(RELOCATE_MS, undefined, { ref: false });
      }
    }
  }

  #located(remote: RemoteTail, position: LogPosition): void {
    const { tail, lastId, epoch, state } = position;
    const isSealed = state === 'closed';
    remote.tail = tail;
    remote.stamp = isSealed ? undefined : stampOf(lastId);
    remote.isSealed = isSealed;
    remote.epoch = epoch;
    if (!isSealed) this.#subscribe(remote, lastId);
    if (isSealed || tail > (this.tails().deliveredOffset(remote.log) ?? START)) this.tails().wake(remote.log);
  }

  #relocate(remote: RemoteTail): void {
    // A failover may have undone the last renaming.
    remote.epoch = 0;
    this.#unsubscribe(remote);
    void this.#locate(remote);
  }

  #subscribe(remote: RemoteTail, after: string): void {
    const { id, generation } = remote.log;
    const deliver = (entries: readonly RawEntry[]): void => this.#deliver(remote, entries);
    remote.subscription = { key: bytesKey(id, generation, remote.epoch), after, deliver, remote };
    this.#readers.add(partitionOf(id), remote.subscription);
  }

  #unsubscribe(remote: RemoteTail): void {
    const { subscription } = remote;
    if (subscription === undefined) return;
    delete remote.subscription;
    this.#readers.delete(partitionOf(remote.log.id), subscription);
  }

  #deliver(remote: RemoteTail, entries: readonly RawEntry[]): void {
    const runs: EntryRun[] = [];
    let isComplete = true;
    let outcome: SealOutcome | undefined;
    for (const entry of entries.map(decode)) {
      if (entry.kind === 'seal') {
        remote.isSealed = true;
        outcome = entry.outcome;
      }
      if (entry.kind !== 'bytes' || endOf(entry.id) <= remote.tail) continue;
      isComplete = entry.from <= remote.tail;
      if (!isComplete) break;
      remote.stamp = stampOf(entry.id);
      remote.newsAt = Math.max(remote.newsAt, remote.stamp);
      addToRuns(runs, remote, sliceOf(entry.parts, remote.tail - entry.from));
      remote.tail = entry.end;
    }
    const last = runs.at(-1);
    if (last !== undefined) {
      if (remote.stamp !== undefined) this.locator.advance(remote.log, remote.tail, remote.stamp);
      // The rest of what was stored in one step, and its seal, may come with the next entries. The store has all of it.
      if (entries.length === ENTRIES_MAX && !remote.isSealed)
        this.tails().advancedTo(remote.log, remote.tail);
      else
        for (const run of runs)
          this.tails().appended(remote.log, run.from, run.chunks, run.at, run === last ? outcome : undefined);
    }
    // A reader gets the loss as an error.
    if (!isComplete) this.#relocate(remote);
    if (!remote.isSealed) return;
    this.#unsubscribe(remote);
    this.tails().wake(remote.log);
  }

  /** Relocates the logs if one of them is gone: a blocked read ends neither when a stream is deleted nor when its facts are. */
  async #checkExist(subscriptions: readonly RemoteTailSubscription[]): Promise<void> {
    const keys = subscriptions.flatMap(({ key, remote }) => [key, factsKey(remote.log.id)]);
    try {
      if (keys.length === 0 || (await this.context.connections.commands.exists(...keys)) === keys.length)
        return;
      this.#relocateAll(subscriptions);
    } catch {
      // Redis is away: once it is back, each log is located.
    }
  }

  #relocateAll(subscriptions: readonly RemoteTailSubscription[]): void {
    for (const subscription of subscriptions)
      if (subscription.remote.subscription === subscription) this.#relocate(subscription.remote);
  }

  #isCurrent(remote: RemoteTail): boolean {
    return !this.#isClosed && this.#remotes.get(remote.log.generation) === remote;
  }
}

function decode([id, [name, value]]: RawEntry): Entry {
  return decodeEntry(id.toString('latin1'), String(name), value === undefined ? [] : [value]);
}
