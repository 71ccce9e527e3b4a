import type { RedisClient } from '../../redis/client';
import { aliveKey, inboxKey } from './relay-keys';

/** Says to the other nodes that this one is alive. What a node held whose lease has run out is taken to be abandoned. */
export class RelayLease {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly node: string,
    private readonly leaseMs: number,
  ) {}

  /** @throws whatever the client throws */
  async open(): Promise<void> {
    await this.#renew();
    this.#timer = setInterval(() => {
      // Redis is away: nobody sees anybody's lease then. The next beat tries again.
      this.#renew().catch(() => {});
    }, this.leaseMs / 3).unref();
  }

  /** @throws whatever the client throws */
  async isAlive(node: string): Promise<boolean> {
    return (await this.client.exists(aliveKey(node))) === 1;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    // Where this fails, the lease runs out.
    await this.client.del(aliveKey(this.node), inboxKey(this.node)).catch(() => {});
  }

  /** Only an inbox that exists is written to, and it goes with its node. */
  async #renew(): Promise<void> {
    const inbox = inboxKey(this.node);
    await Promise.all([
      this.client.set(aliveKey(this.node), '1', 'PX', this.leaseMs),
      this.client.xadd(inbox, '*', 't', 'beat', 'f', '{}'),
      this.client.pexpire(inbox, this.leaseMs * 4),
    ]);
  }
}
