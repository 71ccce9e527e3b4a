import { type LogId, parseLogId } from '../../../core/log/log-id';
import type { Connections } from '../../../redis/connections';
import { failureKind } from '../../../redis/failures/failure-kind';
import { ALL_PARTITIONS, type Partition, partitionOf } from '../../../redis/partitions';
import { factsKey, heldKey, logKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';
import type { LocalProducers } from './local-producers';

const PAGE = 100;

/** What Redis takes to be held by the writers of a node. */
export class NodeLogs {
  /** The logs that this node was found to hold for no writer, each with its epoch then. */
  #abandoned: ReadonlyMap<LogId, string> = new Map();

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
    private readonly node: string,
    private readonly attachments: LocalProducers,
  ) {}

  /** Interrupts what a dead node holds, or this one that closes: a part of it. @returns whether that was all */
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
   * Interrupts what this node holds for nobody: a creation or an attach whose answer came too late for its producer, or a release
   * that never reached Redis. Only what was found twice in a row, with the same epoch: a writer may be just about to come or to leave.
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
      if (!this.attachments.ids().has(id)) await this.#interrupt(this.node, id, epoch);
    }
  }

  async #abandonedIn(partition: Partition): Promise<readonly LogId[]> {
    const unattended: LogId[] = [];
    for (let from = `[${this.node}:`; ; ) {
      const ids = await this.#page(this.node, partition, from);
      const attended = this.attachments.ids();
      unattended.push(...ids.filter((id) => !attended.has(id)));
      const last = ids.at(-1);
      if (ids.length < PAGE || last === undefined) return unattended;
      from = `(${this.node}:${last}`;
    }
  }

  async #page(node: string, partition: Partition, from: string): Promise<readonly LogId[]> {
    const key = heldKey(partition);
    const members = await this.connections.commands.zrangebylex(key, from, `(${node};`, 'LIMIT', 0, PAGE);
    return members.map((member) => parseLogId(member.slice(node.length + 1)));
  }

  /** `undefined` where the log is gone, or its facts are damaged. */
  async #epochOf(id: LogId): Promise<string | undefined> {
    try {
      return (await this.connections.commands.hget(factsKey(id), 'epoch')) ?? undefined;
    } catch (error) {
      if (failureKind(error) === 'damaged') return undefined;
      throw error;
    }
  }

  async #interrupt(node: string, id: LogId, epoch: string): Promise<void> {
    const args = [id, '', this.node, this.settings.lifecycleLength, node, epoch];
    try {
      await runLogScript(this.connections.commands, 'interrupt', logKeys(id), args);
    } catch (error) {
      if (failureKind(error) !== 'damaged') throw error;
      // Nobody can append to it, and it would hold up the other logs of this node and of those that died later.
      await this.connections.commands.zrem(heldKey(partitionOf(id)), `${node}:${id}`);
    }
  }
}
