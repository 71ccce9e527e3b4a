import { join } from 'node:path';
import type { Config } from '../../config/config';
import type { Warn } from '../../core/store/warnings';
import type { RelayContext } from '../nodes/relay-context';
import { openLocalPacketStore } from './local/local-packet-store';
import { PacketProxy } from './packet-proxy';
import { openRedisPacketStore } from './redis/redis-packet-store';

/** Opens the packet proxy: its store, in Redis if the relays have one, and what sends to and polls the upstreams. */
export async function openPacketProxy(
  { node, directory, redis }: RelayContext,
  settings: Config['packets'],
  warn: Warn,
): Promise<PacketProxy> {
  const ownDirectory = directory === undefined ? undefined : join(directory, 'packets');
  const store =
    redis === undefined
      ? await openLocalPacketStore(ownDirectory, settings, warn)
      : openRedisPacketStore(redis, { node, limits: settings, warn });
  return new PacketProxy(store, settings, warn);
}
