import type { LogStore } from '../../src/core/store/store';
import * as files from '../../src/storage/files/open-files-store';
import type { FilesStoreOptions } from '../../src/storage/files/options';
import * as redis from '../../src/storage/redis/open-redis-store';
import type { RedisStoreOptions } from '../../src/storage/redis/schema/options';
import { configFrom } from './config';

/** For a connection to Redis. */
export const CONNECTION = { ...configFrom({}).redis, warn: () => {} };

const DEFAULTS = configFrom({});
const OTHERS = { logsMax: Number.POSITIVE_INFINITY, warn: () => {}, alarm: () => {} };

/** With the default settings, but for `options`. */
export function openFilesStore(
  directory: string,
  options: Partial<FilesStoreOptions> = {},
): Promise<LogStore> {
  return files.openFilesStore(directory, { ...DEFAULTS.files, ...OTHERS, ...options });
}

/** With the default settings, but for `options`. */
export function openRedisStore(url: string, options: Partial<RedisStoreOptions> = {}): Promise<LogStore> {
  return redis.openRedisStore(url, { ...DEFAULTS.redis, ...OTHERS, ...options });
}
