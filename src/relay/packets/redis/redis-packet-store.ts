import { setMaxListeners } from 'node:events';
import type { RelayRedis } from '../../nodes/relay-redis';
import type { PacketLimits, PacketStore } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { PacketScripts } from './packet-scripts';
import { RedisMailboxes } from './redis-mailboxes';
import { RedisOutbox } from './redis-outbox';

export interface RedisPacketOptions {
  readonly node: string;
  readonly limits: PacketLimits;
  readonly warn: (message: string, details: object) => void;
}

/** Packets and clients that all nodes on one Redis share. */
export function openRedisPacketStore(
  redis: RelayRedis,
  { node, limits, warn }: RedisPacketOptions,
): PacketStore {
  const scripts = new PacketScripts(redis);
  const closing = new AbortController();
  // Everything that is mended listens to it. Node would take eleven of them for a leak.
  setMaxListeners(0, closing.signal);
  const mend = (settle: () => Promise<unknown>): void =>
    void retryUntilRecorded(settle, { signal: closing.signal, warn });
  const outbox = new RedisOutbox(scripts, node, limits, redis.bus);
  return {
    mailboxes: new RedisMailboxes(scripts, node, limits, redis.bus, mend),
    outbox,
    async close() {
      closing.abort();
      outbox.close();
    },
  };
}
