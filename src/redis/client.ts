import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { messageOf } from '../core/log/errors';
import type { ConnectionSettings } from './settings';
import type { RedisTarget } from './url';

export type RedisClient = Redis | Cluster;

/** The type of a client depends on this one option, which stays as it is. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const RECONNECT_MS_MAX = 1_000;
/** A connection that is given up is to be gone soon, also when Redis does not answer its end. */
const DISCONNECT_MS = 100;
const SLOTS_REFRESH_MS = 5_000;

/** The refusal of a former master. */
export function isDemotion(error: unknown): boolean {
  return messageOf(error).startsWith('READONLY');
}

/**
 * A client that is not connected yet. It neither repeats a command, nor queues one while it is not connected, nor waits for a reply
 * without an end: what to do then is decided by its caller, command by command.
 */
export function createClient(target: RedisTarget, settings: ConnectionSettings): RedisClient {
  const options: Options = {
    ...connectionOptions(target),
    lazyConnect: true,
    enableOfflineQueue: false,
    // Commands that are under way when a connection is lost fail at once instead of being sent again.
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeout,
    // A Redis that is stopped keeps its connections open. Without this the commands sent to it would pile up.
    socketTimeout: settings.commandTimeout,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 10), RECONNECT_MS_MAX),
    // 1: reconnect, and let the command fail. A former master is told apart only when asked again who it is.
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
        // As above: a command that was under way on a lost connection is not sent again.
        retryDelayOnFailover: 0,
      });
  }
}

export function sentinelOptions(target: Extract<RedisTarget, { kind: 'sentinel' }>): Options {
  const { sentinels, master, db, tls } = target;
  return {
    sentinels: [...sentinels],
    name: master,
    db,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}

/** What all connections have in common. */
export function connectionOptions({ username, password, tls }: RedisTarget): Options {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    // Replies look alike on every server.
    protocol: 2,
    connectionName: 'loom',
    disconnectTimeout: DISCONNECT_MS,
  };
}
