import { sizeOf } from '../../../core/bytes/size-of';
import { isLogError, LogError } from '../../../core/log/errors';
import type { Commit, CommitResult, LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import { LostTailError } from '../../../core/store/damage';
import type { CommitLimits } from '../../../core/store/store';
import type { Retry } from '../../../redis/failures/retry';
import type { Link } from '../../../redis/link';
import { toTexts } from '../../../redis/resp/reply';
import type { Locator } from '../read/locator';
import { markKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import {
  type BatchResult,
  type BatchStart,
  type CommitBatch,
  commitArgs,
  newCommitBatch,
  parseBatchResult,
  plainBatchResult,
} from './commit-batch';
import { CommitQueue, type QueuedCommit } from './commit-queue';
import { commitPlain, type PlainCommitTarget } from './plain-commit';

interface CommitterDependencies {
  readonly locator: Locator;
  readonly retry: Retry;
  /** Called after each batch, which may have stored nothing. */
  onStored(log: LogRef, result: BatchResult): void;
}

/** How many batches leave in one write. With more, Redis would be idle while Node encodes them, and Node while Redis runs them. */
const CORKED_MAX = 8;

/** How many idle queues are kept, with the encoded part that all commits to a log share. */
const IDLE_QUEUES_MAX = 1_000;

/** Group commit: one batch per log is under way, and the rest goes with the next. Redis has its result: a repeated one is stored once. */
export class Committer {
  readonly #queues = new Map<string, CommitQueue>();
  /** The queues whose next batches are sent in one write, by the end of this turn of the event loop. */
  #due: CommitQueue[] = [];
  #busy = 0;
  #whenIdle: (() => void)[] = [];
  #bytesWaiting = 0;
  #lastNumber = 0;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly deps: CommitterDependencies,
  ) {}

  /** @throws LogError as `LogStore.commit` */
  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    const bytes = sizeOf(commit.chunks);
    if (this.#bytesWaiting > 0 && this.#bytesWaiting + bytes > this.context.settings.waitingBytesMax)
      return Promise.reject(new LogError('STORE_UNAVAILABLE', 'Too many bytes wait for Redis already'));
    this.#bytesWaiting += bytes;
    return new Promise((resolve, reject) => {
      const queue = this.#queueOf(log);
      queue.add({ commit, bytes, limits, resolve, reject });
      if (queue.isBusy) return;
      queue.isBusy = true;
      this.#busy += 1;
      this.#enqueue(queue);
    });
  }

  /** Resolves once no commit is queued or under way. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #queueOf(log: LogRef): CommitQueue {
    const key = keyOf(log);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = new CommitQueue(log, this.context.scripts.node);
    this.#queues.set(key, queue);
    return queue;
  }

  #enqueue(queue: CommitQueue): void {
    this.#due.push(queue);
    if (this.#due.length >= CORKED_MAX) this.#sendDue();
    else if (this.#due.length === 1) setImmediate(() => this.#sendDue());
  }

  #sendDue(): void {
    const due = this.#due;
    this.#due = [];
    this.context.connections.corked(() => {
      for (const queue of due) void this.#sendNext(queue);
    });
  }

  async #sendNext(queue: CommitQueue): Promise<void> {
    const batch = queue.takeBatch();
    try {
      settle(batch, await this.#store(queue, batch));
    } catch (error) {
      // Redis was retried for long enough. The queued commits were not sent, so they are certainly not stored.
      const others = isLogError(error, 'STORE_UNAVAILABLE') ? queue.takeAll() : [];
      for (const { reject } of [...batch, ...others]) reject(error);
      this.#release(others);
    }
    this.#release(batch);
    if (queue.isEmpty) this.#idleQueue(queue);
    else this.#enqueue(queue);
  }

  #release(ended: readonly QueuedCommit[]): void {
    for (const { bytes } of ended) this.#bytesWaiting -= bytes;
  }

  #idleQueue(queue: CommitQueue): void {
    queue.isBusy = false;
    if (this.#queues.size > IDLE_QUEUES_MAX) this.#queues.delete(keyOf(queue.log));
    this.#busy -= 1;
    if (this.#busy > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }

  #store({ log, target }: CommitQueue, queued: readonly QueuedCommit[]): Promise<BatchResult> {
    this.#lastNumber += 1;
    const limits = queued[0]?.limits ?? { logBytesMax: 0, producersMax: 0 };
    const commits = queued.map(({ commit }) => commit);
    const batch = newCommitBatch(commits, this.#lastNumber, limits);
    return this.deps.retry(() => this.#attempt(log, target, batch));
  }

  async #attempt(log: LogRef, target: PlainCommitTarget, batch: CommitBatch): Promise<BatchResult> {
    const { locator } = this.deps;
    const { connections } = this.context;
    // Without an `await` if possible: batches that are sent in this turn leave in one write.
    const link = connections.existingLink(target.partition) ?? (await connections.link(target.partition));
    if (locator.mustVerify(log)) await this.#verify(log);
    const unreported = locator.takeUnreportedLoss(log);
    if (unreported) throw new LostTailError(log, unreported);
    const knownEnd = locator.knownEnd(log);
    const start = batch.isPlain ? await this.#commitPlain(link, target, batch, knownEnd) : undefined;
    const result = start ? plainBatchResult(start, batch) : await this.#commitBatch(log, batch, knownEnd);
    if (result.tail > result.from) locator.advance(log, result.tail, result.stamp).hasCommits = true;
    this.deps.onStored(log, result);
    return result;
  }

  async #commitPlain(
    link: Link,
    target: PlainCommitTarget,
    batch: CommitBatch,
    knownEnd: Offset,
  ): Promise<BatchStart | undefined> {
    try {
      return await commitPlain(link, target, batch, knownEnd);
    } catch (error) {
      this.context.connections.refreshTopology(error);
      throw error;
    }
  }

  async #commitBatch(log: LogRef, batch: CommitBatch, knownEnd: Offset): Promise<BatchResult> {
    const { scripts } = this.context;
    const mark = markKey(log.id, log.generation, scripts.node);
    const args = [batch.number, knownEnd, ...commitArgs(batch)];
    const reply = await scripts.runOnLog('commit', log, args, [mark]).catch(async (error: unknown) => {
      // The byte stream may be lost. Once that is recorded, the log continues without it.
      throw isLogError(error, 'STORE_DAMAGED') ? await this.#lossOf(log) : error;
    });
    if (reply === 'CHANGED') throw await this.#lossOf(log);
    const [summary = '', eventId = ''] = toTexts(reply);
    return parseBatchResult(summary, eventId, batch);
  }

  /** Throws a loss of bytes to one commit; later commits continue at the tail that is left. */
  async #lossOf(log: LogRef): Promise<Error> {
    await this.#verify(log);
    return new Error('the stream changed since the last confirmed append');
  }

  /** @throws LostTailError if bytes are lost that this node knew of */
  async #verify(log: LogRef): Promise<void> {
    const { foundLoss } = await this.deps.locator.locate(log);
    if (foundLoss) throw new LostTailError(log, foundLoss);
  }
}

function settle(batch: readonly QueuedCommit[], { results }: BatchResult): void {
  for (const [i, { resolve, reject }] of batch.entries()) {
    const result = results[i];
    if (result === undefined || result instanceof LogError) reject(result);
    else resolve(result);
  }
}

/** With the id, as a client may combine the generation of one log with the id of another. */
function keyOf({ generation, id }: LogRef): string {
  return `${generation}:${id}`;
}
