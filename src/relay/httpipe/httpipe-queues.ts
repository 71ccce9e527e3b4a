import type { Queues } from '../match/queues';

/** Why the requests of a destroyed channel are sent away. */
export const DESTROYED = 'destroyed';

/**
 * Channels, which exist as long as somebody is there. A place is a channel: `placeOf`. Both sides queue in the order in which they
 * come; nobody is refused.
 */
export interface HttpipeQueues extends Queues {
  /** Sends away who waits, at one channel of a namespace or at all. What is under way goes on. */
  destroy(namespace: string, channel?: string): Promise<void>;
  namespaces(): Promise<readonly string[]>;
  channels(namespace: string): Promise<readonly string[]>;
}

/** Escaped, so that no name can be taken for another's: `a%2Fb` and `c` are not `a` and `b%2Fc`. */
export function channelQueue(namespace: string, channel: string): string {
  return `${encodeURIComponent(namespace)}/${encodeURIComponent(channel)}`;
}

export function parseChannelQueue(place: string): readonly [namespace: string, channel: string] {
  const slash = place.indexOf('/');
  return [decodeURIComponent(place.slice(0, slash)), decodeURIComponent(place.slice(slash + 1))];
}
