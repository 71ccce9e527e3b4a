import { TailHub } from '../../../core/events/tail-hub';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogRef, type SealOutcome, type Writer, writerOf } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Change } from '../../../core/store/change';
import type { Watcher } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { LocalProducers } from '../nodes/local-producers';
import { LocalWriters } from '../nodes/local-writers';
import { Locator } from '../read/locator';
import { LossRecorder } from '../read/loss-recorder';
import type { FactsReply } from '../schema/facts-reply';
import type { LifecycleRecord } from '../schema/lifecycle-record';
import type { RedisStoreSettings } from '../schema/options';
import { RemoteTails } from './remote-tails';

/** Producers whose logs are asked for at a time, once Redis is back. */
const VERIFIED_AT_ONCE = 16;

/** What a script answers with that may have attached a writer. */
type AttachReply = Pick<FactsReply, 'info' | 'claim' | 'lastStamp'>;

/** Who watches what on this node, and where their news comes from: of logs that are written here from the writer, else by the doorbell. */
export class NodeState {
  readonly producers = new LocalProducers();
  readonly writers = new LocalWriters();
  readonly locator: Locator;
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
  /** Logs that ended while they were watched: whoever comes to watch them beside the others has not heard it. */
  readonly #endedWatched = new Set<string>();
  #isClosed = false;

  constructor(connections: Connections, settings: RedisStoreSettings) {
    this.locator = new Locator(connections, new LossRecorder(connections, settings), {
      tailOf: (log) => this.writers.tailOf(log),
      lastEntryOf: (log) => this.writers.lastEntryOf(log) ?? this.#remoteTails.lastOf(log),
      onLoss: (log, loss) => this.#lost(log, loss),
    });
    this.#remoteTails = new RemoteTails(connections, this.locator, () => this.tails, settings);
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    const past =
      (this.writers.tailOf(log) ?? START) > seen ||
      this.#remoteTails.isPast(log, seen) ||
      this.#endedWatched.has(log.generation);
    return this.tails.watch(log, seen, watcher, past);
  }

  /** Runs what attaches a producer of this node to a log. */
  async attaching<T extends AttachReply>(log: LogRef, attach: () => Promise<T>): Promise<T> {
    this.producers.beginChange(log);
    try {
      const attached = await attach();
      this.#attached(attached);
      return attached;
    } finally {
      this.producers.endChange(log);
    }
  }

  /** Runs what ends the writer with this epoch. Whether it succeeds or not, that writer appends no more. */
  async #leaving<T>(log: LogRef, epoch: number, leave: () => Promise<T>): Promise<T> {
    this.producers.beginChange(log);
    try {
      const left = await leave();
      this.writerLeft(log, epoch);
      return left;
    } catch (error) {
      if (isLogError(error) && error.code !== 'STORE_UNAVAILABLE') this.writerLeft(log, epoch);
      throw error;
    } finally {
      this.producers.detached(log, epoch);
      this.producers.endChange(log);
    }
  }

  /** Runs a change of a log. */
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

  /** This node stored bytes among those of others: what comes before them the doorbell may yet have to tell. */
  committed(log: LogRef, from: Offset, chunks: readonly Buffer[], seal?: SealOutcome): void {
    const told = this.tails.deliveredOffset(log);
    const mayTell = told !== undefined && told >= from && !this.#endedWatched.has(log.generation);
    if (mayTell) this.tails.appended(log, from, chunks, seal);
  }

  /** The log has no writer on this node any more, so its watchers need the doorbell. */
  writerLeft(log: LogRef, epoch: number): void {
    if (!this.writers.remove(log, epoch) || this.#isClosed) return;
    const told = this.tails.deliveredOffset(log);
    if (told === undefined) return;
    this.#remoteTails.follow(log, told);
    this.tails.wake(log);
  }

  apply({ log, event, keyEpoch }: LifecycleRecord): void {
    if (event?.kind === 'ended') {
      this.producers.observeEpoch(log, Number.POSITIVE_INFINITY);
      this.writers.remove(log);
      this.#remoteTails.drop(log);
      this.locator.renamed(log, keyEpoch);
      if (isRemoval(event.outcome)) this.locator.forget(log);
      else this.locator.sealed(log, event.at);
      if (this.tails.isWatched(log)) this.#endedWatched.add(log.generation);
      // The bytes before the seal, which another node or another writer stored, may be on their way still.
      const isBehind = (this.tails.deliveredOffset(log) ?? event.at) < event.at;
      if (isBehind && !isRemoval(event.outcome)) this.tails.wake(log);
      this.tails.ended(log, event.at, event.outcome);
    } else {
      if (event?.kind === 'created') this.locator.created(log);
      if (event?.kind === 'lost' && this.locator.recordLoss(log, event.loss)) this.#lost(log, event.loss);
      this.producers.observeEpoch(log, keyEpoch);
      this.locator.renamed(log, keyEpoch);
      this.#remoteTails.renamed(log, keyEpoch);
      // A writer of this node with a lower epoch has been replaced.
      this.writerLeft(log, keyEpoch - 1);
    }
  }

  /** The connection was lost: news of these partitions was late, and Redis may have lost bytes. */
  reconnected(partitions: readonly Partition[]): void {
    this.#remoteTails.relocate(partitions);
    void this.#verifyWriters(partitions);
  }

  /** Some news never came: a writer of this node may have been replaced without a word. */
  async eventsMissed(): Promise<void> {
    this.tails.wakeAll();
    for (const { log, epoch } of this.writers.all()) await this.#check(log, epoch);
  }

  close(): void {
    this.#isClosed = true;
    this.tails.close();
    this.#remoteTails.close();
  }

  /** A writer of this node: what it appends is known here without Redis saying so. */
  #attached({ info, claim, lastStamp }: AttachReply): void {
    if (!this.producers.attached(info, info.epoch)) return;
    this.locator.renamed(info, info.epoch);
    this.locator.setExpires(info, info.expiry !== undefined);
    this.writers.add(writerOf(info), claim, { end: info.tail, stamp: lastStamp });
    this.#remoteTails.drop(info);
    // What another node appended before may not have been told yet.
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
      // Else its next append asks.
      if (isLogError(error)) this.writerLeft(log, epoch);
    }
  }

  async #check(log: LogRef, epoch: number): Promise<void> {
    try {
      const place = await this.locator.locate(log);
      if (place.epoch !== epoch || place.state === 'closed') this.writerLeft(log, epoch);
    } catch {
      // It is gone, or cannot be asked for: its watchers are better off with the doorbell, which asks again.
      this.writerLeft(log, epoch);
    }
  }

  /** No writer of this node goes on, and every follower asks anew what is left of the log. */
  #lost(log: LogRef, loss: Loss): void {
    this.writers.remove(log);
    this.#remoteTails.drop(log);
    this.tails.lost(log, loss);
  }
}
