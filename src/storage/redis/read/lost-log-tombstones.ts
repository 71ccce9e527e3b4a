import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { factsKey, lostKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';

/** How long a tombstone is kept: until then, clients read that the log was lost. */
const KEPT_MS = 24 * 3_600_000;
/** About so many ids take a megabyte. The oldest is dropped. */
const PENDING_MAX = 10_000;

/** The ids of logs that Redis has lost, in Redis for all nodes. While it refuses a write, this node keeps the id and tries again. */
export class LostLogTombstones {
  /** A queue of writes, in their order, and not a cache. */
  readonly #pending = new Map<LogId, string>();

  constructor(private readonly context: RedisStoreContext) {}

  /** Never throws: a client gets its answer whether Redis stores the tombstone or not. */
  async add({ id, generation }: LogRef): Promise<void> {
    // Other readers of the log call this at the same moment.
    if (this.#pending.get(id) === generation) return;
    this.#remember(id, generation);
    if ((await this.#write(id, generation)) !== 'known')
      this.context.settings.alarm('Redis lost a log', { id, generation });
  }

  /** @throws whatever the client throws */
  async has(id: LogId): Promise<boolean> {
    return this.#pending.has(id) || (await this.context.connections.commands.exists(lostKey(id))) === 1;
  }

  /** A log with this id was created again. */
  forget(id: LogId): void {
    this.#pending.delete(id);
  }

  /** Writes the ids that Redis refused before, until it refuses one again. */
  async writePending(): Promise<void> {
    for (const [id, generation] of [...this.#pending]) {
      if ((await this.#write(id, generation)) === 'refused') return;
    }
  }

  async #write(id: LogId, generation: string): Promise<'new' | 'known' | 'refused'> {
    try {
      const keys = [lostKey(id), factsKey(id)];
      const written = await this.context.scripts.run('add-tombstone', keys, [generation, KEPT_MS]);
      if (this.#pending.get(id) === generation) this.#pending.delete(id);
      return written === 1 ? 'new' : 'known';
    } catch {
      return 'refused';
    }
  }

  #remember(id: LogId, generation: string): void {
    this.#pending.set(id, generation);
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.size > PENDING_MAX) this.#pending.delete(oldest);
  }
}
