import { Redis } from 'ioredis';
import type { LogStore } from '../../../src/core/store/store';
import type { RedisStoreOptions } from '../../../src/storage/redis/schema/options';
import { openRedisStore } from '../../support/open-stores';
import { type RedisServer, type RedisServerOptions, startRedisServer } from '../../support/redis-server';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy';

export interface Surroundings {
  readonly redis: RedisServer;
  /** A plain connection, to look behind the store's back and to interfere. */
  readonly admin: Redis;
  /** Opens a store, which is one node, on this Redis. */
  open(options?: Partial<RedisStoreOptions>): Promise<LogStore>;
  /** Opens a store that reaches this Redis by a proxy. */
  openByProxy(options?: Partial<RedisStoreOptions>): Promise<{ store: LogStore; proxy: TcpProxy }>;
}

/** Runs a test with a Redis of its own, and clears everything away, also when the test fails. */
export async function withRedis(
  test: (surroundings: Surroundings) => Promise<void>,
  options: RedisServerOptions = {},
): Promise<void> {
  const redis = await startRedisServer(options);
  const admin = new Redis(redis.port, '127.0.0.1');
  // Tests stop Redis on purpose.
  admin.on('error', () => {});
  const stores: LogStore[] = [];
  const proxies: TcpProxy[] = [];
  const openAt = async (port: number, storeOptions: Partial<RedisStoreOptions> = {}): Promise<LogStore> => {
    const store = await openRedisStore(`redis://127.0.0.1:${port}`, storeOptions);
    stores.push(store);
    return store;
  };
  try {
    await test({
      redis,
      admin,
      open: (storeOptions) => openAt(redis.port, storeOptions),
      async openByProxy(storeOptions) {
        const proxy = await startTcpProxy(redis.port);
        proxies.push(proxy);
        return { store: await openAt(proxy.port, storeOptions), proxy };
      },
    });
  } finally {
    // A stopped Redis would keep the stores waiting.
    await redis.kill('SIGCONT').catch(() => {});
    for (const proxy of proxies) proxy.mode('pass');
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    admin.disconnect();
    await redis.stop();
  }
}
