import type { LogStore } from '../../core/store/store';
import { Connections } from '../../redis/connections';
import { parseRedisUrl } from '../../redis/url';
import { preflight } from './preflight';
import { RedisStore } from './redis-store';
import { type RedisStoreOptions, settingsOf } from './schema/options';

/**
 * Logs in Redis Streams, for any number of nodes. `url` is `redis://[user[:password]@]host:port[/db]`, the same with `rediss` for
 * TLS, `redis+sentinel://[user:password@]host:port,host:port/<master>[/db]` or `redis+cluster://[user:password@]host:port,host:port`.
 * Needs Redis 7.0 or later, or Valkey.
 *
 * @throws LogError `STORE_UNAVAILABLE`; Error that says why this Redis or this URL cannot be used
 */
export async function openRedisStore(url: string, options: RedisStoreOptions): Promise<LogStore> {
  const settings = settingsOf(options);
  const connections = await Connections.open(parseRedisUrl(url), settings);
  try {
    await preflight(connections, settings);
    const store = new RedisStore(connections, settings);
    await store.open();
    return store;
  } catch (error) {
    connections.close();
    throw error;
  }
}
