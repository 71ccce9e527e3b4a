import { type LogId, parseLogId } from '../../../core/log/log-id';
import { failureKind } from '../../../redis/failures/failure-kind';
import { ALL_PARTITIONS, type Partition, partitionOf } from '../../../redis/partitions';
import { factsKey, heldKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import type { LocalProducers } from './local-producers';

const PAGE = 100;

/** The logs that a node holds for its writers, by the sets in Redis. */
export class NodeLogs {
  /** The logs that this node was found to hold without a producer, each with its epoch then. */
  #abandoned: ReadonlyMap<LogId, string> = new Map();

  constructor(
    private readonly context: Pick<RedisStoreContext, 'connections' | 'scripts'>,
    private readonly producers: LocalProducers,
  ) {}

  /** Interrupts a page of the logs that a dead node holds, or this node while it closes. @returns whether that was all */
  async interruptAll(node: string): Promise<boolean> {
    const pages = await Promise.all(
      ALL_PARTITIONS.map(async (partition) => {
        const ids = await this.#page(node, partition, `[${node}:`);
        await Promise.all(ids.map((id) => this.#interrupt(node, id, '')));
        return ids.length;
      }),
    );
    return pages.every((interrupted) => interrupted < PAGE);
  }

  /**
   * Interrupts the logs that this node holds without a producer: after a creation or an attach whose reply came too late for its producer,
   * or a release that never reached Redis. A log must be found twice in a row, with the same epoch: a writer may be about to attach or to
   * leave.
   */
  async interruptAbandoned(): Promise<void> {
    const found = new Map<LogId, string>();
    for (const partition of ALL_PARTITIONS) {
      for (const id of await this.#abandonedIn(partition)) {
        const epoch = await this.#epochOf(id);
        if (epoch !== undefined) found.set(id, epoch);
      }
    }
    const again = [...found].filter(([id, epoch]) => this.#abandoned.get(id) === epoch);
    this.#abandoned = found;
    for (const [id, epoch] of again) {
      if (!this.producers.ids().has(id)) await this.#interrupt(this.context.scripts.node, id, epoch);
    }
  }

  async #abandonedIn(partition: Partition): Promise<readonly LogId[]> {
    const { node } = this.context.scripts;
    const abandoned: LogId[] = [];
    for (let from = `[${node}:`; ; ) {
      const ids = await this.#page(node, partition, from);
      const attached = this.producers.ids();
      abandoned.push(...ids.filter((id) => !attached.has(id)));
      const last = ids.at(-1);
      if (ids.length < PAGE || last === undefined) return abandoned;
      from = `(${node}:${last}`;
    }
  }

  async #page(node: string, partition: Partition, from: string): Promise<readonly LogId[]> {
    const { commands } = this.context.connections;
    const members = await commands.zrangebylex(heldKey(partition), from, `(${node};`, 'LIMIT', 0, PAGE);
    return members.map((member) => parseLogId(member.slice(node.length + 1)));
  }

  /** `undefined` if the log does not exist, or its facts are damaged. */
  async #epochOf(id: LogId): Promise<string | undefined> {
    try {
      return (await this.context.connections.commands.hget(factsKey(id), 'epoch')) ?? undefined;
    } catch (error) {
      if (failureKind(error) === 'damaged') return undefined;
      throw error;
    }
  }

  async #interrupt(node: string, id: LogId, epoch: string): Promise<void> {
    const { connections, scripts } = this.context;
    try {
      await scripts.runOnLog('interrupt', { id }, [node, epoch]);
    } catch (error) {
      if (failureKind(error) !== 'damaged') throw error;
      // The log takes no appends, and must not delay the other logs of this node and of those that died later.
      await connections.commands.zrem(heldKey(partitionOf(id)), `${node}:${id}`);
    }
  }
}
