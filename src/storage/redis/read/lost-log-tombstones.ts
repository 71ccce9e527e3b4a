import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Connections } from '../../../redis/connections';
import { factsKey, lostKey } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';

/** Clients are answered for so long that Redis has lost a log. */
const KEPT_MS = 24 * 3_600_000;
/** About so many ids take a megabyte. The oldest makes room. */
const UNWRITTEN_MAX = 10_000;

/**
 * The ids of logs that Redis has lost. Redis itself keeps them, for all nodes. While it does not take one, as when it is full or has become
 * a replica, this node remembers the id and tries again later.
 */
export class LostLogTombstones {
  readonly #pending = new Map<LogId, string>();

  constructor(
    private readonly connections: Connections,
    private readonly settings: Pick<RedisStoreSettings, 'alarm'>,
  ) {}

  /** Never throws: the answer to a client does not depend on what Redis can take. */
  async add({ id, generation }: LogRef): Promise<void> {
    // Its other readers ask at the same moment.
    if (this.#pending.get(id) === generation) return;
    this.#remember(id, generation);
    if ((await this.#write(id, generation)) !== 'known')
      this.settings.alarm('Redis lost a log', { id, generation });
  }

  /** @throws whatever the client throws */
  async has(id: LogId): Promise<boolean> {
    return this.#pending.has(id) || (await this.connections.commands.exists(lostKey(id))) === 1;
  }

  /** There is a log with this id again. */
  forget(id: LogId): void {
    this.#pending.delete(id);
  }

  /** Writes what Redis did not take before, until it refuses again. */
  async writePending(): Promise<void> {
    for (const [id, generation] of [...this.#pending]) {
      if ((await this.#write(id, generation)) === 'refused') return;
    }
  }

  async #write(id: LogId, generation: string): Promise<'new' | 'known' | 'refused'> {
    try {
      const keys = [lostKey(id), factsKey(id)];
      const written = await runLogScript(this.connections.commands, 'add-tombstone', keys, [
        generation,
        KEPT_MS,
      ]);
      if (this.#pending.get(id) === generation) this.#pending.delete(id);
      return written === 1 ? 'new' : 'known';
    } catch {
      return 'refused';
    }
  }

  #remember(id: LogId, generation: string): void {
    this.#pending.set(id, generation);
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.size > UNWRITTEN_MAX) this.#pending.delete(oldest);
  }
}
