import type { Queues } from '../match/queues';

/** The reason for eviction when a channel is destroyed. */
export const DESTROYED = 'destroyed';

/** The channels of httpipe. Each exists while it has waiters or a transfer; both roles queue by arrival, and `join` refuses none. */
export interface HttpipeQueues extends Queues {
  /** Evicts all that wait at one channel of a namespace, or at all of its channels. A running transfer goes on. */
  destroy(namespace: string, channel?: string): Promise<void>;
  namespaces(): Promise<readonly string[]>;
  channels(namespace: string): Promise<readonly string[]>;
}

/** Names are escaped, so that no two channels share a queue: `a%2Fb` and `c`, or `a` and `b%2Fc`. */
export function channelQueue(namespace: string, channel: string): string {
  return `${encodeURIComponent(namespace)}/${encodeURIComponent(channel)}`;
}

export function parseChannelQueue(queue: string): readonly [namespace: string, channel: string] {
  const slash = queue.indexOf('/');
  return [decodeURIComponent(queue.slice(0, slash)), decodeURIComponent(queue.slice(slash + 1))];
}
