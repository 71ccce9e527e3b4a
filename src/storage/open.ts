import { resolve } from 'node:path';
import type { LogStore } from '../core/store/store';

export interface StoreOptions {
  /** The most logs the store may hold. */
  readonly logsMax: number;
  readonly files: {
    readonly durability: 'os' | 'interval' | 'always';
    readonly syncIntervalMs: number;
    readonly openFilesMax: number;
  };
  readonly redis: {
    readonly commandTimeoutMs: number;
    readonly patienceMs: number;
    readonly nodeLeaseMs: number;
    readonly followedPerConnection: number;
    readonly sharedPagesBytes: number;
    readonly allowEviction: boolean;
  };
  /** Hears of what went wrong where no caller can be told. */
  readonly warn: (message: string, details?: object) => void;
  /** The same for what needs an operator: acknowledged bytes that turn out to be lost. */
  readonly alarm?: (message: string, details?: object) => void;
}

/**
 * Opens the store that a URL names. A relative directory is taken from the working directory.
 * @throws Error that says what is wrong, without quoting the URL, which may hold a password
 */
export async function openStore(url: string, options: StoreOptions): Promise<LogStore> {
  const { logsMax, warn, alarm = () => {} } = options;
  const scheme = url.slice(0, url.indexOf(':') + 1);
  // Each store is loaded only when it is asked for: who uses Redis need not be able to load LMDB.
  switch (scheme) {
    case 'file:': {
      const {
        openFilesStore,
      }: typeof import('./files/open-files-store') = require('./files/open-files-store');
      return openFilesStore(directoryOf(url), { ...options.files, logsMax, warn, alarm });
    }
    case 'redis:':
    case 'rediss:':
    case 'redis+sentinel:':
    case 'rediss+sentinel:':
    case 'redis+cluster:':
    case 'rediss+cluster:': {
      const {
        openRedisStore,
      }: typeof import('./redis/open-redis-store') = require('./redis/open-redis-store');
      return openRedisStore(url, { ...options.redis, logsMax, warn, alarm });
    }
    case 'memory:': {
      const { MemoryStore }: typeof import('./memory/memory-store') = require('./memory/memory-store');
      return new MemoryStore(logsMax);
    }
    default:
      throw new Error(
        `A store's URL begins with file:, redis:, rediss:, redis+sentinel:, redis+cluster: or memory:, not ${scheme}`,
      );
  }
}

/**
 * Brings the streams back that a store of files does not know.
 * @param say called with each line of what was done
 * @throws Error that says why it cannot be done
 */
export async function recoverStore(url: string, say: (line: string) => void): Promise<void> {
  if (!url.startsWith('file:')) throw new Error('only a store of files (file:<directory>) can be recovered');
  const { recoverFilesStore }: typeof import('./files/recover-store') = require('./files/recover-store');
  await recoverFilesStore(directoryOf(url), say);
}

/** `file:data`, `file:./data`, `file:/var/lib/loom` and `file:///var/lib/loom`. */
function directoryOf(url: string): string {
  const path = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.startsWith('//')) {
    throw new Error('A file store is file:<directory> or file:///<directory>');
  }
  return resolve(decodeURIComponent(path));
}
