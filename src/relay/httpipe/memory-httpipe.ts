import { MemoryQueues } from '../queues/memory-queues';
import { channelQueue, DESTROYED, type HttpipeQueues, parseChannelQueue } from './httpipe-queues';

/** The channels of httpipe in the memory of one node. */
export class MemoryHttpipe extends MemoryQueues implements HttpipeQueues {
  async destroy(namespace: string, channel?: string): Promise<void> {
    const names = channel === undefined ? this.#queuesIn(namespace) : [channelQueue(namespace, channel)];
    for (const name of names) {
      this.queues.get(name)?.evictWaiting(DESTROYED);
      this.deleteIfEmpty(name);
    }
  }

  async namespaces(): Promise<readonly string[]> {
    return [...new Set([...this.queues.keys()].map((name) => parseChannelQueue(name)[0]))];
  }

  async channels(namespace: string): Promise<readonly string[]> {
    return this.#queuesIn(namespace).map((name) => parseChannelQueue(name)[1]);
  }

  #queuesIn(namespace: string): readonly string[] {
    const prefix = channelQueue(namespace, '');
    return [...this.queues.keys()].filter((name) => name.startsWith(prefix));
  }
}
