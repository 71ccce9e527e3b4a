import type { Config } from '../config/config';
import type { Finding } from '../core/store/finding';
import type { LogStore } from '../core/store/store';
import type { Alarm, Warn } from '../core/store/warnings';
import { filesDriver } from './files/driver';
import { memoryDriver } from './memory/driver';
import { redisDriver } from './redis/driver';

/** Where a store reports what none of its callers would learn. */
export interface StoreReports {
  readonly warn: Warn;
  /** For acknowledged bytes that turn out to be lost. */
  readonly alarm: Alarm;
}

/** What the relays of a server with this store share. Neither: this process's memory. */
interface RelayPlace {
  /** URL of a Redis, which all nodes share. */
  readonly redis?: string;
  /** A directory of this process alone. */
  readonly directory?: string;
}

/** One kind of store. A driver loads its store on demand: a server with Redis runs where LMDB cannot be loaded. */
interface StoreDriver {
  /** Of the URLs that it opens. */
  readonly schemes: readonly string[];
  /** Whether several processes can use one store at a time. */
  readonly isShared: boolean;
  /** Opens the store at `config.store`. Errors do not quote this URL, which may hold a password. */
  open(config: Config, reports: StoreReports): Promise<LogStore>;
  /** Brings back the streams that the store does not know. Absent: this kind of store has none. */
  recover?(url: string, print: (line: string) => void): Promise<void>;
  /** Copies the store to a new directory, also while it is used. Absent: this kind of store has means of its own. */
  backup?(url: string, directory: string, print: (line: string) => void): Promise<void>;
  /** Copies a backup to the place of the store, which has none yet. */
  restore?(url: string, directory: string, print: (line: string) => void): Promise<void>;
  /** Examines the store without changing it, also while it is used. Absent: there is nothing to examine. */
  check?(config: Config): AsyncIterable<Finding>;
  relayPlace(url: string): RelayPlace;
}

const REDIS_BACKUP = 'with a store in Redis, copy the files of Redis: docs/operations.md, "Back it up"';

const DRIVERS: readonly StoreDriver[] = [filesDriver, redisDriver, memoryDriver];

/** @throws Error that says what is wrong, without quoting the URL, which may hold a password */
export async function openStore(config: Config, reports: StoreReports): Promise<LogStore> {
  return driverOf(config.store).open(config, reports);
}

/** Brings back the streams that a store does not know, and prints each step. @throws Error that says why it cannot be done */
export async function recoverStore(url: string, print: (line: string) => void): Promise<void> {
  const { recover } = driverOf(url);
  if (recover === undefined) throw new Error('only a store of files (file:<directory>) can be recovered');
  await recover(url, print);
}

/** Examines a store for `loom check`. @throws Error if there is no such kind of store */
export function checkStore(config: Config): AsyncIterable<Finding> | undefined {
  return driverOf(config.store).check?.(config);
}

/** Copies a store to a new directory, also while it is used, and prints what it did. @throws Error that says why it cannot be done */
export async function backUpStore(
  url: string,
  directory: string,
  print: (line: string) => void,
): Promise<void> {
  const { backup } = driverOf(url);
  if (backup === undefined)
    throw new Error(
      `only a store of files (file:<directory>) can be backed up by this command; ${REDIS_BACKUP}`,
    );
  await backup(url, directory, print);
}

/** Copies a backup to a store that does not exist yet, and prints what it did. @throws Error that says why it cannot be done */
export async function restoreStore(
  url: string,
  directory: string,
  print: (line: string) => void,
): Promise<void> {
  const { restore } = driverOf(url);
  if (restore === undefined)
    throw new Error(
      `only a store of files (file:<directory>) can be restored by this command; ${REDIS_BACKUP}`,
    );
  await restore(url, directory, print);
}

/** A store of an unknown scheme counts as shared, so that its opening reports what is wrong. */
export function isShared(url: string): boolean {
  return findDriver(url)?.isShared ?? true;
}

export function relayPlaceOf(url: string): RelayPlace {
  return driverOf(url).relayPlace(url);
}

function driverOf(url: string): StoreDriver {
  const driver = findDriver(url);
  if (driver !== undefined) return driver;
  const schemes = DRIVERS.flatMap((one) => one.schemes);
  throw new Error(`A store's URL begins with ${schemes.join(':, ')}:, not ${schemeOf(url)}:`);
}

function findDriver(url: string): StoreDriver | undefined {
  return DRIVERS.find(({ schemes }) => schemes.includes(schemeOf(url)));
}

function schemeOf(url: string): string {
  return url.slice(0, Math.max(0, url.indexOf(':')));
}
