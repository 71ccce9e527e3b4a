import { TailHub } from '../../../core/events/tail-hub';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogRef, type SealOutcome, type Writer, writerOf } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Change } from '../../../core/store/change';
import type { Watcher } from '../../../core/store/news';
import { ALL_PARTITIONS, type Partition, partitionOf } from '../../../redis/partitions';
import { LocalProducers } from '../nodes/local-producers';
import { LocalWriters } from '../nodes/local-writers';
import { NodeLease } from '../nodes/node-lease';
import { Locator } from '../read/locator';
import type { FactsReply } from '../schema/facts-reply';
import type { LifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreContext } from '../schema/store-context';
import { LifecycleFeed } from './lifecycle-feed';
import { RemoteTails } from './remote-tails';

/** How many writers are verified at a time after Redis was away. */
const VERIFIED_AT_ONCE = 16;

/** The reply of a script that may have attached a writer. */
type AttachReply = Pick<FactsReply, 'info' | 'claim' | 'lastStamp'>;

/** The producers, writers and watchers of this node, its lease, and its feed of lifecycle events. */
export class NodeState {
  readonly producers = new LocalProducers();
  readonly writers = new LocalWriters();
  readonly locator: Locator;
  readonly feed: LifecycleFeed;
  readonly lease: NodeLease;
  readonly tails = new TailHub({
    start: (log, from) => {
      if (!this.writers.has(log)) this.#remoteTails.follow(log, from);
    },
    stop: (log) => {
      this.#endedWatched.delete(log.generation);
      this.#remoteTails.unfollow(log);
    },
  });
  readonly #remoteTails: RemoteTails;
  /** Logs that ended while they were watched: a later watcher of such a log has missed the event. */
  readonly #endedWatched = new Set<string>();
  #isClosed = false;

  constructor(context: RedisStoreContext) {
    this.locator = new Locator(context, {
      tailOf: (log) => this.writers.tailOf(log),
      lastEntryOf: (log) => this.writers.lastEntryOf(log) ?? this.#remoteTails.lastOf(log),
      onLoss: (log, loss) => this.#lost(log, loss),
    });
    this.#remoteTails = new RemoteTails(context, this.locator, () => this.tails);
    this.feed = new LifecycleFeed(context, {
      onRecord: (record) => this.#apply(record),
      onReconnect: (partitions) => this.#reconnected(partitions),
      onGap: () => void this.#eventsMissed(),
    });
    this.lease = new NodeLease(context, this.producers, () => {
      context.connections.sessions.begin();
      this.#reconnected(ALL_PARTITIONS);
    });
  }

  async open(): Promise<void> {
    await this.feed.open();
    await this.lease.open();
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    const isPast =
      (this.writers.tailOf(log) ?? START) > seen ||
      this.#remoteTails.isPast(log, seen) ||
      this.#endedWatched.has(log.generation);
    return this.tails.watch(log, seen, watcher, isPast);
  }

  /** Runs `attach`, which attaches a producer of this node to a log. */
  async attaching<T extends AttachReply>(log: LogRef, attach: () => Promise<T>): Promise<T> {
    this.producers.beginChange(log);
    try {
      const reply = await attach();
      this.#attached(reply);
      return reply;
    } finally {
      this.producers.endChange(log);
    }
  }

  /** Runs `leave`, which ends the writer with this epoch. Whether it succeeds or not, that writer appends no more. */
  async #leaving<T>(log: LogRef, epoch: number, leave: () => Promise<T>): Promise<T> {
    this.producers.beginChange(log);
    try {
      const reply = await leave();
      this.writerLeft(log, epoch);
      return reply;
    } catch (error) {
      if (isLogError(error) && error.code !== 'STORE_UNAVAILABLE') this.writerLeft(log, epoch);
      throw error;
    } finally {
      this.producers.detached(log, epoch);
      this.producers.endChange(log);
    }
  }

  changing<T extends AttachReply>(log: LogRef, change: Change, run: () => Promise<T>): Promise<T> {
    switch (change.kind) {
      case 'attach':
        return this.attaching(log, run);
      case 'release':
      case 'seal':
        return this.#leaving(log, change.epoch, run);
      default:
        return run();
    }
  }

  /** This node stored a commit. Its bytes go to the watchers if these have all bytes before it. */
  committed(log: LogRef, from: Offset, chunks: readonly Buffer[], at: number, seal?: SealOutcome): void {
    const delivered = this.tails.deliveredOffset(log);
    const isNext = delivered !== undefined && delivered >= from && !this.#endedWatched.has(log.generation);
    if (isNext) this.tails.appended(log, from, chunks, at, seal);
  }

  /** The log has no writer on this node any more, so its watchers need a remote tail. */
  writerLeft(log: LogRef, epoch: number): void {
    if (!this.writers.remove(log, epoch) || this.#isClosed) return;
    const delivered = this.tails.deliveredOffset(log);
    if (delivered === undefined) return;
    this.#remoteTails.follow(log, delivered);
    this.tails.wake(log);
  }

  #apply({ log, event, keyEpoch }: LifecycleRecord): void {
    if (event?.kind === 'ended') {
      this.producers.observeEpoch(log, Number.POSITIVE_INFINITY);
      this.writers.remove(log);
      this.#remoteTails.drop(log);
      this.locator.renamed(log, keyEpoch);
      if (isRemoval(event.outcome)) this.locator.forget(log);
      else this.locator.sealed(log, event.at);
      if (this.tails.isWatched(log)) this.#endedWatched.add(log.generation);
      // The bytes before the seal may be of another node or another writer, and still on their way.
      const isBehind = (this.tails.deliveredOffset(log) ?? event.at) < event.at;
      if (isBehind && !isRemoval(event.outcome)) this.tails.wake(log);
      this.tails.ended(log, event.at, event.outcome);
    } else {
      if (event?.kind === 'created') this.locator.created(log);
      if (event?.kind === 'lost' && this.locator.recordLoss(log, event.loss)) this.#lost(log, event.loss);
      this.producers.observeEpoch(log, keyEpoch);
      this.locator.renamed(log, keyEpoch);
      this.#remoteTails.renamed(log, keyEpoch);
      // A writer of this node with a lower epoch was replaced.
      this.writerLeft(log, keyEpoch - 1);
    }
  }

  /** After the connection was lost: records of these partitions are late, and Redis may have lost bytes. */
  #reconnected(partitions: readonly Partition[]): void {
    this.#remoteTails.relocate(partitions);
    void this.#verifyWriters(partitions);
  }

  /** Some records will never arrive: a writer of this node may have been replaced. */
  async #eventsMissed(): Promise<void> {
    this.tails.wakeAll();
    for (const { log, epoch } of this.writers.all()) await this.#check(log, epoch);
  }

  /** Closes all but the lease: an append may be under way. */
  close(): void {
    this.#isClosed = true;
    this.tails.close();
    this.#remoteTails.close();
    this.feed.close();
  }

  /** Adds a writer of this node. Its appends reach the watchers without Redis. */
  #attached({ info, claim, lastStamp }: AttachReply): void {
    if (!this.producers.attached(info, info.epoch)) return;
    this.locator.renamed(info, info.epoch);
    this.locator.setExpires(info, info.expiry !== undefined);
    this.writers.add(writerOf(info), claim, { end: info.tail, stamp: lastStamp });
    this.#remoteTails.drop(info);
    // The watchers may not have all bytes that other nodes appended before.
    this.tails.wake(info);
  }

  async #verifyWriters(partitions: readonly Partition[]): Promise<void> {
    const limit = new Semaphore(VERIFIED_AT_ONCE);
    const writers = this.writers.all().filter(({ log }) => partitions.includes(partitionOf(log.id)));
    await Promise.all(writers.map((writer) => limit.run(() => this.#verify(writer))));
  }

  async #verify({ log, epoch }: Writer): Promise<void> {
    try {
      await this.locator.locate(log);
    } catch (error) {
      // Other errors: the next append of the writer locates the log.
      if (isLogError(error)) this.writerLeft(log, epoch);
    }
  }

  async #check(log: LogRef, epoch: number): Promise<void> {
    try {
      const position = await this.locator.locate(log);
      if (position.epoch !== epoch || position.state === 'closed') this.writerLeft(log, epoch);
    } catch {
      // The log is gone or cannot be located: a remote tail locates it again.
      this.writerLeft(log, epoch);
    }
  }

  /** Ends the writer of this node. Every follower reads again what is left of the log. */
  #lost(log: LogRef, loss: Loss): void {
    this.writers.remove(log);
    this.#remoteTails.drop(log);
    this.tails.lost(log, loss);
  }
}
