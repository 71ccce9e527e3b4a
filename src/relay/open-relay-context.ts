import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RelayContext } from './nodes/relay-context';
import type { RelayRedisOptions } from './nodes/relay-redis';

/** Opens what the relays share: a Redis, or this process's memory and a directory. @throws LogError `STORE_UNAVAILABLE` */
export async function openRelayContext(
  place: { readonly redis?: string; readonly directory?: string },
  options: RelayRedisOptions,
): Promise<RelayContext> {
  const node = randomUUID();
  if (place.redis === undefined) {
    const directory = place.directory && join(place.directory, 'relay');
    return { node, directory, redis: undefined, close: async () => {} };
  }
  // Loaded on demand, like the store.
  const { openRelayRedis }: typeof import('./nodes/relay-redis') = require('./nodes/relay-redis');
  const redis = await openRelayRedis(place.redis, node, options);
  return { node, directory: undefined, redis, close: () => redis.close() };
}
