import type { Config } from '../../config/config';
import type { Finding } from '../../core/store/finding';
import type { LogStore } from '../../core/store/store';
import type { Alarm, Warn } from '../../core/store/warnings';

/** `redis://host:6379`, and with TLS, a Sentinel or a Cluster: see `redis/url`. */
export const redisDriver = {
  schemes: ['redis', 'rediss', 'redis+sentinel', 'rediss+sentinel', 'redis+cluster', 'rediss+cluster'],
  isShared: true,

  async open(
    { store, redis, limits }: Config,
    reports: { readonly warn: Warn; readonly alarm: Alarm },
  ): Promise<LogStore> {
    const { openRedisStore }: typeof import('./open-redis-store') = require('./open-redis-store');
    return openRedisStore(store, { ...redis, logsMax: limits.streams, ...reports });
  },

  check(config: Config): AsyncIterable<Finding> {
    const { checkRedisStore }: typeof import('./check-redis-store') = require('./check-redis-store');
    return checkRedisStore(config);
  },

  relayPlace: (url: string) => ({ redis: url }),
};
