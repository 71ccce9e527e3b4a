import { randomUUID } from 'node:crypto';
import type { Connections } from '../../../redis/connections';
import { toTexts } from '../../../redis/resp/reply';
import { LEASES_KEY } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';
import { extendDeadlines, extendExpiries } from './extend-deadlines';
import type { LocalProducers } from './local-producers';
import { NodeLogs } from './node-logs';

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

  readonly #nodeLogs: NodeLogs;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    attachments: LocalProducers,
    /** Redis has not had the lease of this node all the time: it may have lost more than that. */
    private readonly lapsed: () => void,
  ) {
    this.#nodeLogs = new NodeLogs(connections, settings, this.node, attachments);
  }

  async open(): Promise<void> {
    await this.renew();
    this.#timer = setInterval(() => {
      // One at a time: while Redis is away, a beat takes longer than it is to the next.
      this.#beating ??= this.#beat().finally(() => {
        this.#beating = undefined;
      });
    }, this.settings.nodeLease / 3).unref();
  }

  /**
   * Where no node had a valid lease, as after a stop of all nodes or of Redis, no producer
   * could come back meanwhile, and their time to do so starts anew.
   * @returns the nodes that are dead. When this node could not renew its own lease, the others may not have been able to either: Redis
   *   was away. They are given the time of a lease then.
   */
  async renew(when: 'always' | 'unless full' = 'always'): Promise<readonly string[]> {
    const evenWhenFull = when === 'always' ? '1' : '0';
    let [wasValid, ...expired] = await this.#renew('0', evenWhenFull);
    if (wasValid === 'alone') {
      // Before it has a lease: another node that starts now is not to find one and take it that this is done.
      await extendDeadlines(this.connections);
      await extendExpiries(this.connections, Number(expired[0]));
      [wasValid, ...expired] = await this.#renew('1', evenWhenFull);
    }
    if (wasValid !== '1') {
      this.#validSince = performance.now();
      // At the start there was none.
      if (this.#timer !== undefined) this.lapsed();
    }
    return performance.now() - this.#validSince >= this.settings.nodeLease ? expired : [];
  }

  /** Interrupts what is still held, so that nobody waits for the lease to run out. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    if (await this.#nodeLogs.interruptAll(this.node))
      await this.connections.commands.zrem(LEASES_KEY, this.node);
  }

  async #beat(): Promise<void> {
    try {
      for (const node of await this.renew()) {
        if (await this.#nodeLogs.interruptAll(node)) await this.#forgetNode(node);
      }
      await this.#nodeLogs.interruptAbandoned();
    } catch {
      // Redis is away: nobody's lease can be seen then. The next beat tries again.
    }
  }

  async #renew(alone: '0' | '1', evenWhenFull: '0' | '1'): Promise<readonly string[]> {
    const args = [this.node, this.settings.nodeLease, alone, evenWhenFull];
    return toTexts(await runLogScript(this.connections.commands, 'renew-lease', [LEASES_KEY], args));
  }

  /** What the node sent last may have come between the look at what it holds and its burial: nobody would look again. */
  async #forgetNode(node: string): Promise<void> {
    const isBuried = await runLogScript(this.connections.commands, 'forget-node', [LEASES_KEY], [node]);
    if (isBuried === 1) await this.#nodeLogs.interruptAll(node);
  }
}
