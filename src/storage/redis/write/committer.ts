import { sizeOf } from '../../../core/bytes/size-of';
import { isLogError, LogError } from '../../../core/log/errors';
import type { Commit, CommitResult, LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import { LostTailError } from '../../../core/store/damage';
import type { CommitLimits } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import { type RetryPolicy, withRetries } from '../../../redis/failures/retry';
import type { Link } from '../../../redis/link';
import { toTexts } from '../../../redis/resp/reply';
import type { Locator } from '../read/locator';
import { logKeys, markKey } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';
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

export interface CommitterDependencies {
  readonly node: string;
  readonly locator: Locator;
  readonly patience: RetryPolicy;
  /** What was stored, which may be nothing. */
  onStored(log: LogRef, judged: BatchResult): void;
}

/**
 * Commands that leave in one write, as soon as there are so many. With more of them Redis would have nothing to do while they are being
 * made, and Node while they are run. Of a log with many writers the first may then leave by themselves; the others go together.
 */
const TOGETHER_MAX = 8;

/** Logs of which is remembered what their commits have in common, beside those that are being written to. */
const QUEUES_KEPT_MAX = 1_000;

/**
 * Group commit: a log has one batch under way, and what comes meanwhile goes with the next. Batches are numbered, and Redis remembers
 * what the last one of this node came to, so that one whose answer was lost is sent again and stored once.
 */
export class Committer {
  readonly #queues = new Map<string, CommitQueue>();
  /** Their next batches go together, at the end of this turn of the event loop at the latest. */
  #due: CommitQueue[] = [];
  #busy = 0;
  #whenIdle: (() => void)[] = [];
  #bytesWaiting = 0;
  #lastNumber = 0;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    private readonly owner: CommitterDependencies,
  ) {}

  /** @throws LogError as `LogStore.commit` */
  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    const bytes = sizeOf(commit.chunks);
    if (this.#bytesWaiting > 0 && this.#bytesWaiting + bytes > this.settings.waitingBytesMax)
      return Promise.reject(new LogError('STORE_UNAVAILABLE', 'Too much waits for Redis already'));
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

  /** Resolves once nothing waits. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #queueOf(log: LogRef): CommitQueue {
    const key = keyOf(log);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = new CommitQueue(log, this.owner.node);
    this.#queues.set(key, queue);
    return queue;
  }

  #enqueue(queue: CommitQueue): void {
    this.#due.push(queue);
    if (this.#due.length >= TOGETHER_MAX) this.#sendDue();
    else if (this.#due.length === 1) setImmediate(() => this.#sendDue());
  }

  #sendDue(): void {
    const due = this.#due;
    this.#due = [];
    this.connections.corked(() => {
      for (const queue of due) void this.#sendNext(queue);
    });
  }

  async #sendNext(queue: CommitQueue): Promise<void> {
    const together = queue.takeBatch();
    try {
      tell(together, await this.#store(queue, together));
    } catch (error) {
      // Redis was waited for long enough. The others were not sent, so that they are certainly not stored.
      const others = isLogError(error, 'STORE_UNAVAILABLE') ? queue.takeAll() : [];
      for (const { reject } of [...together, ...others]) reject(error);
      this.#over(others);
    }
    this.#over(together);
    if (queue.isEmpty) this.#idleQueue(queue);
    else this.#enqueue(queue);
  }

  #over(done: readonly QueuedCommit[]): void {
    for (const { bytes } of done) this.#bytesWaiting -= bytes;
  }

  #idleQueue(queue: CommitQueue): void {
    queue.isBusy = false;
    if (this.#queues.size > QUEUES_KEPT_MAX) this.#queues.delete(keyOf(queue.log));
    this.#busy -= 1;
    if (this.#busy > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }

  #store({ log, target }: CommitQueue, together: readonly QueuedCommit[]): Promise<BatchResult> {
    this.#lastNumber += 1;
    const limits = together[0]?.limits ?? { logBytesMax: 0, producersMax: 0 };
    const commits = together.map(({ commit }) => commit);
    const batch = newCommitBatch(commits, this.#lastNumber, limits);
    return withRetries(this.owner.patience, () => this.#attempt(log, target, batch));
  }

  async #attempt(log: LogRef, target: PlainCommitTarget, batch: CommitBatch): Promise<BatchResult> {
    const { locator } = this.owner;
    // Without waiting where that can be: what is sent in this turn goes together.
    const link =
      this.connections.existingLink(target.partition) ?? (await this.connections.link(target.partition));
    if (locator.mustVerify(log)) await this.#verify(log);
    const untold = locator.takeUnreportedLoss(log);
    if (untold) throw new LostTailError(log, untold);
    const reached = locator.knownEnd(log);
    const stored = batch.isPlain ? await this.#storePlainly(link, target, batch, reached) : undefined;
    const judged = stored ? plainBatchResult(stored, batch) : await this.#commitBatch(log, batch, reached);
    if (judged.tail > judged.from) locator.advance(log, judged.tail, judged.stamp).hasCommits = true;
    this.owner.onStored(log, judged);
    return judged;
  }

  async #storePlainly(
    link: Link,
    target: PlainCommitTarget,
    batch: CommitBatch,
    reached: Offset,
  ): Promise<BatchStart | undefined> {
    try {
      return await commitPlain(link, target, batch, reached);
    } catch (error) {
      this.connections.refreshTopology(error);
      throw error;
    }
  }

  async #commitBatch(log: LogRef, batch: CommitBatch, reached: Offset): Promise<BatchResult> {
    const { node } = this.owner;
    const keys = [...logKeys(log.id), markKey(log.id, log.generation, node)];
    const about = [log.id, log.generation, node, this.settings.lifecycleLength];
    const args = [...about, batch.number, reached, ...commitArgs(batch)];
    const reply = await runLogScript(this.connections.commands, 'commit', keys, args).catch(
      async (error: unknown) => {
        // The byte stream may be gone, after which the log goes on without it.
        throw isLogError(error, 'STORE_DAMAGED') ? await this.#lossOf(log) : error;
      },
    );
    if (reply === 'CHANGED') throw await this.#lossOf(log);
    const [answer = '', eventId = ''] = toTexts(reply);
    return parseBatchResult(answer, eventId, batch);
  }

  /** A caller reads of lost bytes once, as readers do; from then on the log goes on from where it is. */
  async #lossOf(log: LogRef): Promise<Error> {
    await this.#verify(log);
    return new Error('the log is not as it was');
  }

  /** @throws LogError `STORE_DAMAGED` where bytes that this node knew of are gone */
  async #verify(log: LogRef): Promise<void> {
    const { found } = await this.owner.locator.locate(log);
    if (found) throw new LostTailError(log, found);
  }
}

function tell(together: readonly QueuedCommit[], { results }: BatchResult): void {
  for (const [i, { resolve, reject }] of together.entries()) {
    const result = results[i];
    if (result === undefined || result instanceof LogError) reject(result);
    else resolve(result);
  }
}

/** Whoever names the generation of one log and the id of another is not to be mistaken for somebody else. */
function keyOf({ generation, id }: LogRef): string {
  return `${generation}:${id}`;
}
