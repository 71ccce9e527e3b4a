import { ALL_PARTITIONS } from '../../../redis/partitions';
import { orderKey, retiredKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';

const FRESH_MS = 1_000;

/** Whether there are as many logs as there may be, retired ids included. Counted once per second, and before a creation is refused. */
export class LogLimit {
  #counted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #createdSince = 0;

  constructor(private readonly context: Pick<RedisStoreContext, 'connections' | 'settings'>) {}

  /** @throws whatever the client throws */
  async isReached(): Promise<boolean> {
    if (this.context.settings.logsMax === Number.POSITIVE_INFINITY) return false;
    const isStale = performance.now() - this.#countedAt > FRESH_MS;
    if (isStale || this.#isFull()) {
      this.#createdSince = 0;
      this.#countedAt = performance.now();
      this.#counted = await this.#count();
    }
    return this.#isFull();
  }

  countCreation(): void {
    this.#createdSince += 1;
  }

  async #count(): Promise<number> {
    const { commands } = this.context.connections;
    const counts = await Promise.all(
      ALL_PARTITIONS.flatMap((partition) => [
        commands.zcard(orderKey(partition)),
        commands.hlen(retiredKey(partition)),
      ]),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  #isFull(): boolean {
    return this.#counted + this.#createdSince >= this.context.settings.logsMax;
  }
}
