import { describeStore, type OpenedStore } from '../../contract/store.contract';
import { openRedisStore } from '../../support/open-stores';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

let redis: RedisServer;
let limited: RedisServer;

beforeAll(async () => {
  [redis, limited] = await Promise.all([startRedisServer(), startRedisServer()]);
});
afterAll(() => Promise.all([redis.stop(), limited.stop()]));

describeStore(
  'Redis',
  async () => {
    const store = await openRedisStore(redis.url);
    return { store, close: () => store.close() };
  },
  { openWithLogsMax },
);

/** The limit counts every log of a Redis: it needs one of its own. */
async function openWithLogsMax(logsMax: number): Promise<OpenedStore> {
  const store = await openRedisStore(limited.url, { logsMax });
  return { store, close: () => store.close() };
}
