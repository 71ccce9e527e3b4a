import { randomUUID } from 'node:crypto';
import { type LogId, parseLogId } from '../../core/log-id';
import type { Connections } from './connect';
import { ALL_PARTITIONS, heldKey, LEASES_KEY, logKeys, type Partition } from './keys';
import type { RedisStoreSettings } from './options';
import { toTexts } from './reply';
import { runScript } from './scripts';

const PAGE = 100;

/**
 * Says to the other nodes that this one is alive, and interrupts the logs of those that are not. A node that starts again is
 * another node: what the one before it held is interrupted once its lease has run out.
 */
export class NodeLease {
  readonly node = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  /** Since when the lease has been valid without a break, by `performance.now`. */
  #validSince = Number.POSITIVE_INFINITY;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
  ) {}

  async open(): Promise<void> {
    await this.renew();
    this.#timer = setInterval(() => {
      // One at a time: while Redis is away, a beat takes longer than it is to the next.
      this.#beating ??= this.#beat().finally(() => {
        this.#beating = undefined;
      });
    }, this.settings.nodeLeaseMs / 3).unref();
  }

  /**
   * Also shows that Redis can be written to.
   * @returns the nodes that are dead. When this node could not renew its own lease, the others may not have been able to either: Redis
   *   was away. They are given the time of a lease then.
   */
  async renew(): Promise<readonly string[]> {
    const args = [this.node, this.settings.nodeLeaseMs];
    const reply = await runScript(this.connections.commands, 'renew', [LEASES_KEY], args);
    const [wasValid, ...expired] = toTexts(reply);
    if (wasValid !== '1') this.#validSince = performance.now();
    return performance.now() - this.#validSince >= this.settings.nodeLeaseMs ? expired : [];
  }

  /** Interrupts what is still held, so that nobody waits for the lease to run out. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    if (await this.#interruptAll(this.node)) await this.connections.commands.zrem(LEASES_KEY, this.node);
  }

  async #beat(): Promise<void> {
    try {
      for (const node of await this.renew()) {
        if (await this.#interruptAll(node)) {
          await runScript(this.connections.commands, 'bury', [LEASES_KEY], [node]);
        }
      }
    } catch {
      // Redis is away: nobody's lease can be seen then. The next beat tries again.
    }
  }

  /** @returns whether the node holds nothing any more */
  async #interruptAll(node: string): Promise<boolean> {
    const pages = await Promise.all(ALL_PARTITIONS.map((partition) => this.#interruptSome(node, partition)));
    return pages.every((interrupted) => interrupted < PAGE);
  }

  async #interruptSome(node: string, partition: Partition): Promise<number> {
    const bounds = [`[${node}:`, `(${node};`] as const;
    const members = await this.connections.commands.zrangebylex(
      heldKey(partition),
      ...bounds,
      'LIMIT',
      0,
      PAGE,
    );
    await Promise.all(
      members.map((member) => this.#interrupt(node, parseLogId(member.slice(node.length + 1)))),
    );
    return members.length;
  }

  async #interrupt(node: string, id: LogId): Promise<void> {
    const args = [id, '', this.node, this.settings.lifecycleLength, node];
    await runScript(this.connections.commands, 'interrupt', logKeys(id), args);
  }
}
