import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RelayContext } from './nodes/relay-context';
import type { RelayRedisOptions } from './nodes/relay-redis';

export type RelayContextOptions = RelayRedisOptions;

/**
 * Opens what the relays share, beside the store that a URL names: its Redis, or this process alone.
 * @throws LogError `STORE_UNAVAILABLE`
 */
export async function openRelayContext(
  storeUrl: string,
  options: RelayContextOptions,
): Promise<RelayContext> {
  const node = randomUUID();
  // Loaded only where it is asked for, like the store.
  if (storeUrl.startsWith('redis')) {
    const { openRelayRedis }: typeof import('./nodes/relay-redis') = require('./nodes/relay-redis');
    const redis = await openRelayRedis(storeUrl, node, options);
    return { node, directory: undefined, redis, close: () => redis.close() };
  }
  const files = /^file:(?:\/\/(?=\/))?(.+)$/.exec(storeUrl)?.[1];
  const directory = files === undefined ? undefined : join(decodeURIComponent(files), 'relay');
  return { node, directory, redis: undefined, close: async () => {} };
}
