import { ALL_PARTITIONS, type Partition } from '../../../redis/partitions';
import type { RedisStoreContext } from '../schema/store-context';

/** How many logs one script adds to the index: it takes Redis about a millisecond. */
const BATCH = 100;
/** Pause before another build, in milliseconds: while nodes of an older version change logs, each index is outdated at once. */
const PAUSE_MS = 30_000;

/** Replies of `lua/build-name-index.lua`. */
const DONE = 1;
const BEGUN = -1;

/** Builds the index of names in the background. `lua/build-name-index.lua` stores its progress, so that nodes share the work. */
export class NameIndexBuilder {
  #building: Promise<void> | undefined;
  #notBefore = 0;

  constructor(private readonly context: Pick<RedisStoreContext, 'scripts' | 'stopping'>) {}

  /** Indexes a small Redis. A large one is indexed in the background. */
  async open(): Promise<void> {
    try {
      const replies = await Promise.all(ALL_PARTITIONS.map((partition) => this.#continue(partition)));
      if (replies.some((reply) => reply !== DONE)) this.build();
    } catch {
      // Redis is full or away. The first list that needs the index tries again.
    }
  }

  /** Starts a build, unless one is under way or ended a moment ago. */
  build(): void {
    if (this.#building !== undefined || performance.now() < this.#notBefore) return;
    this.#building = this.#buildAll().finally(() => {
      this.#notBefore = performance.now() + PAUSE_MS;
      this.#building = undefined;
    });
  }

  async #buildAll(): Promise<void> {
    await Promise.allSettled(ALL_PARTITIONS.map((partition) => this.#buildOne(partition)));
  }

  /** Gives up when it has to start a second time: nodes of an older version change logs faster than the index is built. */
  async #buildOne(partition: Partition): Promise<void> {
    for (let begun = 0; begun < 2; ) {
      const reply = await this.#continue(partition);
      if (reply === DONE) return;
      if (reply === BEGUN) begun += 1;
      this.context.stopping.throwIfAborted();
    }
  }

  /** @returns the reply of `lua/build-name-index.lua` */
  #continue(partition: Partition): Promise<unknown> {
    return this.context.scripts.runOnPartition('build-name-index', partition, [BATCH]);
  }
}
