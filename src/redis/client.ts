import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { messageOf } from '../core/log/errors';
import type { ConnectionSettings } from './settings';
import type { RedisTarget } from './url';

/** A client of ioredis, for one Redis or for a Cluster. */
export type RedisClient = Redis | Cluster;

/** The options of ioredis, without the one that the type of a client depends on. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

const RECONNECT_MS_MAX = 1_000;
/** A connection that this process closes is dropped after this time if Redis does not close it. */
const DISCONNECT_MS = 100;
const SLOTS_REFRESH_MS = 5_000;

/** Whether a former master refused a write. */
export function isDemotion(error: unknown): boolean {
  return messageOf(error).startsWith('READONLY');
}

/** Creates an unconnected client. It never repeats or queues a command, nor waits forever: the caller decides about each. */
export function createClient(target: RedisTarget, settings: ConnectionSettings): RedisClient {
  const options: ConnectionOptions = {
    ...connectionOptions(target),
    lazyConnect: true,
    enableOfflineQueue: false,
    // Commands that are under way when a connection is lost fail at once instead of being sent again.
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeout,
    // A stopped Redis process keeps its connections open. Without this timeout commands would pile up.
    socketTimeout: settings.commandTimeout,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 10), RECONNECT_MS_MAX),
    // 1: reconnect, and let the command fail. Only a new connection finds out which node is the master.
    reconnectOnError: (error) => (isDemotion(error) ? 1 : false),
  };
  switch (target.kind) {
    case 'single':
      return new Redis({ ...options, ...target.address, db: target.db });
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(target), failoverDetector: true });
    case 'cluster':
      return new Cluster([...target.nodes], {
        lazyConnect: true,
        enableOfflineQueue: false,
        redisOptions: options,
        slotsRefreshTimeout: settings.commandTimeout,
        slotsRefreshInterval: SLOTS_REFRESH_MS,
        // As above: a command under way on a lost connection is not sent again.
        retryDelayOnFailover: 0,
      });
  }
}

export function sentinelOptions(target: Extract<RedisTarget, { kind: 'sentinel' }>): ConnectionOptions {
  const { sentinels, master, db, tls } = target;
  return {
    sentinels: [...sentinels],
    name: master,
    db,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}

export function connectionOptions({ username, password, tls }: RedisTarget): ConnectionOptions {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    // Every server replies in the same form.
    protocol: 2,
    connectionName: 'loom',
    disconnectTimeout: DISCONNECT_MS,
  };
}
