import type { RedisClient } from '../../redis/client';
import { Heartbeat } from '../../redis/heartbeat';
import { aliveKey, inboxKey } from './relay-keys';

/** Shows the other nodes that this one is alive. When a lease has run out, what its node held counts as abandoned. */
export class RelayLease {
  readonly #heartbeat: Heartbeat;

  constructor(
    private readonly client: RedisClient,
    private readonly node: string,
    private readonly leaseMs: number,
  ) {
    this.#heartbeat = new Heartbeat(leaseMs, () => this.#renew());
  }

  /** @throws whatever the client throws */
  async open(): Promise<void> {
    await this.#renew();
    this.#heartbeat.start();
  }

  /** @throws whatever the client throws */
  async isAlive(node: string): Promise<boolean> {
    return (await this.client.exists(aliveKey(node))) === 1;
  }

  async close(): Promise<void> {
    await this.#heartbeat.stop();
    // Where this fails, the lease runs out.
    await this.client.del(aliveKey(this.node), inboxKey(this.node)).catch(() => {});
  }

  /** Messages go only to an inbox that exists, and the inbox expires after the lease. */
  async #renew(): Promise<void> {
    const inbox = inboxKey(this.node);
    await Promise.all([
      this.client.set(aliveKey(this.node), '1', 'PX', this.leaseMs),
      this.client.xadd(inbox, '*', 't', 'beat', 'f', '{}'),
      this.client.pexpire(inbox, this.leaseMs * 4),
    ]);
  }
}
