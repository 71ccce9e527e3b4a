import type { RelayContext } from '../nodes/relay-context';
import { openLocalPacketStore } from './local/local-packet-store';
import { openRedisPacketStore } from './redis/redis-packet-store';
import type { PacketLimits, PacketStore } from './store/packet-store';

/** @param relay.directory where packets and clients survive a restart, unless they are in Redis; `undefined`: nowhere */
export async function openPacketStore(
  { node, directory, redis }: Pick<RelayContext, 'node' | 'directory' | 'redis'>,
  limits: PacketLimits,
  warn: (message: string, details: object) => void,
): Promise<PacketStore> {
  if (redis !== undefined) return openRedisPacketStore(redis, { node, limits, warn });
  return openLocalPacketStore(directory, limits, warn);
}
