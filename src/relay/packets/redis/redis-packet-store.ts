import { setMaxListeners } from 'node:events';
import type { Warn } from '../../../core/store/warnings';
import type { RelayRedis } from '../../nodes/relay-redis';
import type { PacketLimits, PacketStore } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { PacketScripts } from './packet-scripts';
import { RedisMailboxes } from './redis-mailboxes';
import { RedisOutbox } from './redis-outbox';

interface RedisPacketOptions {
  readonly node: string;
  readonly limits: PacketLimits;
  readonly warn: Warn;
}

/** Opens the packets and clients that all nodes on one Redis share. */
export function openRedisPacketStore(
  redis: RelayRedis,
  { node, limits, warn }: RedisPacketOptions,
): PacketStore {
  const scripts = new PacketScripts(redis);
  const closing = new AbortController();
  // Each repair listens to it. Node warns of a leak at eleven listeners.
  setMaxListeners(0, closing.signal);
  const repair = (settle: () => Promise<unknown>): void =>
    void retryUntilRecorded(settle, { signal: closing.signal, warn });
  const outbox = new RedisOutbox(scripts, node, limits, redis.bus);
  return {
    mailboxes: new RedisMailboxes(scripts, node, limits, redis.bus, repair),
    outbox,
    async close() {
      closing.abort();
      outbox.close();
    },
  };
}
