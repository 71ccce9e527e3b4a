import type { Connections } from '../../../redis/connections';
import { ALL_PARTITIONS, type Partition } from '../../../redis/partitions';
import { partitionKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';

/** How many logs one script brings into the index: about a millisecond of Redis. */
const BATCH = 100;
/** While nodes of an older version change logs, each index that is made is outdated at once. Milliseconds. */
const PAUSE_MS = 30_000;

/** Answers of `lua/build-name-index.lua`. */
const DONE = 1;
const BEGUN = -1;

/**
 * Makes the index of names for what was stored by a version without one, beside everything else. `lua/build-name-index.lua` keeps how far it
 * has come, so nodes that start at once share the work, and one that ends leaves it to the others.
 */
export class NameIndexBuilder {
  #building: Promise<void> | undefined;
  #notBefore = 0;

  constructor(
    private readonly connections: Connections,
    private readonly stopping: AbortSignal,
  ) {}

  /** A Redis that is new, small or indexed is done when this resolves. */
  async open(): Promise<void> {
    try {
      const indexed = await Promise.all(ALL_PARTITIONS.map((partition) => this.#continue(partition)));
      if (indexed.some((answer) => answer !== DONE)) this.build();
    } catch {
      // Redis is full or away. The first list that needs the index tries again.
    }
  }

  /** Begins, or begins anew, unless that is under way or was done a moment ago. */
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

  /** Gives up where it has to begin a second time: nodes of an older version change logs faster than the index is made. */
  async #buildOne(partition: Partition): Promise<void> {
    for (let begun = 0; begun < 2; ) {
      const answer = await this.#continue(partition);
      if (answer === DONE) return;
      if (answer === BEGUN) begun += 1;
      this.stopping.throwIfAborted();
    }
  }

  /** @returns what `lua/build-name-index.lua` answers */
  #continue(partition: Partition): Promise<unknown> {
    const args = ['', '', '', '', BATCH];
    return runLogScript(this.connections.commands, 'build-name-index', partitionKeys(partition), args);
  }
}
