import { setImmediate as turn } from 'node:timers/promises';
import { isLogError, LogError } from '../../core/errors';
import type { Commit, Committed, LogRef } from '../../core/log';
import { sizeOf } from '../../core/size-of';
import type { CommitLimits } from '../../core/store';
import { argsOf, type Batch, type Judged, judgedBy, newBatch } from './commit-batch';
import { CommitQueue, type Waiting } from './commit-queue';
import type { Connections } from './connect';
import { logKeys, markKey } from './keys';
import { damaged, type Locator } from './locate';
import type { RedisStoreSettings } from './options';
import { type Patience, persist } from './persist';
import { toTexts } from './reply';
import { runScript } from './scripts';

export interface CommitterOwner {
  readonly node: string;
  readonly locator: Locator;
  readonly patience: Patience;
  /** Bytes that were stored at `from`, which may be none, and the event that was written, if any. */
  stored(log: LogRef, judged: Judged, eventId: string): void;
}

/**
 * Group commit: a log has one batch under way, and what comes meanwhile goes with the next. Batches are numbered, and Redis remembers
 * what the last one of this node came to, so that one whose answer was lost is sent again and stored once.
 */
export class Committer {
  readonly #queues = new Map<string, CommitQueue>();
  readonly #running = new Set<Promise<void>>();
  #bytesWaiting = 0;
  #lastNumber = 0;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    private readonly owner: CommitterOwner,
  ) {}

  /** @throws LogError as `LogStore.commit` */
  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<Committed> {
    const bytes = sizeOf(commit.chunks);
    if (this.#bytesWaiting > 0 && this.#bytesWaiting + bytes > this.settings.waitingBytesMax)
      return Promise.reject(new LogError('STORE_UNAVAILABLE', 'Too much waits for Redis already'));
    this.#bytesWaiting += bytes;
    return new Promise((resolve, reject) => {
      this.#queueOf(log).add({ commit, bytes, limits, resolve, reject });
    });
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #queueOf(log: LogRef): CommitQueue {
    const key = keyOf(log);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = new CommitQueue(log);
    this.#queues.set(key, queue);
    const run = this.#run(queue).finally(() => this.#running.delete(run));
    this.#running.add(run);
    return queue;
  }

  /** Takes what there is at the end of each turn of the event loop: requests that came together go together. */
  async #run(queue: CommitQueue): Promise<void> {
    for (await turn(); !queue.isEmpty; await turn()) {
      const together = queue.take();
      const error = await this.#store(queue.log, together);
      this.#over(together);
      if (!isLogError(error, 'STORE_UNAVAILABLE')) continue;
      // Redis was waited for long enough. These were not sent, so that they are certainly not stored.
      const others = queue.takeAll();
      for (const { reject } of others) reject(error);
      this.#over(others);
    }
    this.#queues.delete(keyOf(queue.log));
  }

  #over(done: readonly Waiting[]): void {
    for (const { bytes } of done) this.#bytesWaiting -= bytes;
  }

  /** @returns why the whole batch failed, if it did; its callers are told */
  async #store(log: LogRef, together: readonly Waiting[]): Promise<unknown> {
    try {
      const judged = await this.#judge(log, together);
      for (const [i, { resolve, reject }] of together.entries()) {
        const result = judged.results[i];
        if (result === undefined || result instanceof LogError) reject(result);
        else resolve(result);
      }
      return undefined;
    } catch (error) {
      for (const { reject } of together) reject(error);
      return error;
    }
  }

  async #judge(log: LogRef, together: readonly Waiting[]): Promise<Judged> {
    const batch = newBatch(together.map(({ commit }) => commit));
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const limits = together[0]?.limits ?? { logBytesMax: 0, producersMax: 0 };
    const args = [
      Math.min(limits.logBytesMax, Number.MAX_SAFE_INTEGER),
      limits.producersMax,
      ...argsOf(batch),
    ];
    return persist(this.owner.patience, () => this.#attempt(log, batch, number, args));
  }

  async #attempt(
    log: LogRef,
    batch: Batch,
    number: number,
    args: readonly (string | number | Buffer)[],
  ): Promise<Judged> {
    const { node, locator } = this.owner;
    const keys = [...logKeys(log.id), markKey(log.id, log.generation, node)];
    const about = [log.id, log.generation, node, this.settings.lifecycleLength];
    const all = [...about, number, locator.reachedBy(log), ...args];
    const reply = await runScript(this.connections.commands, 'commit', keys, all);
    if (reply === 'CHANGED') throw await this.#lossOf(log);
    const [answer = '', eventId = ''] = toTexts(reply);
    const judged = judgedBy(answer, batch);
    locator.reached(log, judged.tail);
    this.owner.stored(log, judged, eventId);
    return judged;
  }

  /** Its caller is told of lost bytes once, as readers are; from then on the log goes on from where it is. */
  async #lossOf(log: LogRef): Promise<Error> {
    const { tail, loss } = await this.owner.locator.locate(log);
    return loss?.isNews ? damaged(tail, loss) : new Error('the log is not as it was');
  }
}

/** Whoever names the generation of one log and the id of another is not to be mistaken for somebody else. */
function keyOf({ generation, id }: LogRef): string {
  return `${generation}:${id}`;
}
