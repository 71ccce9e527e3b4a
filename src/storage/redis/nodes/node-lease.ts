import { Heartbeat } from '../../../redis/heartbeat';
import { toTexts } from '../../../redis/resp/reply';
import { LEASES_KEY } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import { extendDeadlines, extendExpiries } from './extend-deadlines';
import type { LocalProducers } from './local-producers';
import { NodeLogs } from './node-logs';

/** Shows the other nodes that this one is alive, and interrupts the logs of dead nodes. A restarted node has a new name. */
export class NodeLease {
  readonly #nodeLogs: NodeLogs;
  readonly #heartbeat: Heartbeat;
  /** Since when the lease has been valid without a break, by `performance.now`. Infinite before it is first renewed. */
  #validSince = Number.POSITIVE_INFINITY;

  constructor(
    private readonly context: Pick<RedisStoreContext, 'connections' | 'scripts' | 'settings'>,
    producers: LocalProducers,
    /** The lease of this node was missing for a while: Redis may have lost more than that. */
    private readonly onLapse: () => void,
  ) {
    this.#nodeLogs = new NodeLogs(context, producers);
    this.#heartbeat = new Heartbeat(context.settings.nodeLease, () => this.#beat());
  }

  async open(): Promise<void> {
    await this.renew();
    this.#heartbeat.start();
  }

  /**
   * If no node had a valid lease, as after a stop of all nodes or of Redis, no producer could come back meanwhile, so the deadlines of
   * all logs are extended.
   * @returns the nodes that are dead. If this node could not renew its own lease, Redis may have been away for the others, too: then they
   *   get the time of a lease to renew theirs.
   */
  async renew(when: 'always' | 'unless full' = 'always'): Promise<readonly string[]> {
    const evenWhenFull = when === 'always' ? '1' : '0';
    let [wasValid, ...expired] = await this.#renew('0', evenWhenFull);
    if (wasValid === 'alone') {
      // Before this node has a lease: another node that starts now must not conclude from it that the deadlines are extended already.
      await extendDeadlines(this.context);
      await extendExpiries(this.context, Number(expired[0]));
      [wasValid, ...expired] = await this.#renew('1', evenWhenFull);
    }
    if (wasValid !== '1') {
      const isFirst = this.#validSince === Number.POSITIVE_INFINITY;
      this.#validSince = performance.now();
      if (!isFirst) this.onLapse();
    }
    return performance.now() - this.#validSince >= this.context.settings.nodeLease ? expired : [];
  }

  /** Interrupts the logs that this node still holds, so that their producers need not wait until the lease has run out. */
  async close(): Promise<void> {
    await this.#heartbeat.stop();
    const { connections, scripts } = this.context;
    if (await this.#nodeLogs.interruptAll(scripts.node))
      await connections.commands.zrem(LEASES_KEY, scripts.node);
  }

  async #beat(): Promise<void> {
    for (const node of await this.renew()) {
      if (await this.#nodeLogs.interruptAll(node)) await this.#forgetNode(node);
    }
    await this.#nodeLogs.interruptAbandoned();
  }

  async #renew(alone: '0' | '1', evenWhenFull: '0' | '1'): Promise<readonly string[]> {
    const { scripts, settings } = this.context;
    const args = [scripts.node, settings.nodeLease, alone, evenWhenFull];
    return toTexts(await scripts.run('renew-lease', [LEASES_KEY], args));
  }

  /** Interrupts once more after the lease is gone: the node's last command may have arrived since its logs were listed. */
  async #forgetNode(node: string): Promise<void> {
    const isForgotten = await this.context.scripts.run('forget-node', [LEASES_KEY], [node]);
    if (isForgotten === 1) await this.#nodeLogs.interruptAll(node);
  }
}
