import type { Redis } from 'ioredis';
import { messageOf } from '../../core/log/errors';
import type { Connections } from '../../redis/connections';
import { isReplyError } from '../../redis/failures/failure-kind';
import { PARTITIONS } from '../../redis/partitions';
import { factsPrefix, PARTITIONS_KEY } from './schema/keys';
import type { RedisStoreSettings } from './schema/options';

const VERSION_MIN = 7;
const MAY_RENAME = "return redis.acl_check_cmd('RENAME', KEYS[1], KEYS[2]) and 1 or 0";

/** Refuses a Redis that may drop logs, and warns of one that stores nothing on disk. @throws Error that says what to change */
export async function preflight(connections: Connections, settings: RedisStoreSettings): Promise<void> {
  await connections.connectMasters();
  for (const master of connections.masters()) {
    await requireVersion(master);
    await requireDatabase(master);
    await requireNoEviction(master, settings);
    await warnIfVolatile(master, settings);
  }
  await requirePartitions(connections);
  await requireRename(connections);
}

async function requireVersion(redis: Redis): Promise<void> {
  const [, version = 'of an unknown version'] =
    /^redis_version:(\S+)/m.exec(await redis.info('server')) ?? [];
  // Valkey calls itself a Redis 7.2 here.
  if (!(Number.parseInt(version, 10) >= VERSION_MIN))
    throw new Error(`Redis 7.0 or later, or Valkey, is needed; this is Redis ${version}`);
}

/** If a database does not exist, Redis selects none, and the connection stays in database 0, which may belong to another program. */
async function requireDatabase(redis: Redis): Promise<void> {
  const wanted = redis.options.db ?? 0;
  const selected = await redis.client('INFO').then(
    (info) => /\bdb=(\d+)/.exec(String(info))?.[1],
    // A hosted Redis may refuse this.
    () => undefined,
  );
  if (selected !== undefined && Number(selected) !== wanted)
    throw new Error(`Redis has no database ${wanted}`);
}

async function requireNoEviction(redis: Redis, settings: RedisStoreSettings): Promise<void> {
  const policy = await configOf(redis, 'maxmemory-policy');
  if (policy === undefined) {
    settings.warn('The maxmemory-policy of Redis cannot be read: make sure that it is noeviction');
  } else if (policy.startsWith('allkeys-')) {
    const danger = `Redis may drop logs when its memory is full: its maxmemory-policy is ${policy}`;
    if (!settings.allowEviction) throw new Error(`${danger}. Run: CONFIG SET maxmemory-policy noeviction`);
    settings.warn(danger);
  }
}

async function warnIfVolatile(redis: Redis, settings: RedisStoreSettings): Promise<void> {
  const [appendonly, save] = [await configOf(redis, 'appendonly'), await configOf(redis, 'save')];
  if (appendonly === 'no' && save === '') {
    settings.warn(
      'Redis keeps nothing on disk: when it stops, all logs are lost. To change that: CONFIG SET appendonly yes',
    );
  }
}

/** @returns `undefined` if Redis refuses this, as a hosted one often does */
async function configOf(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = await redis.config('GET', name).then((reply) => (Array.isArray(reply) ? reply : []));
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (isReplyError(error)) return undefined;
    throw error;
  }
}

/** A fence renames a stream, and so does `addEntriesAfter` to refuse an append. Without RENAME, both would fail silently. */
async function requireRename({ commands }: Connections): Promise<void> {
  const [from, to] = [`${factsPrefix(0)}a`, `${factsPrefix(0)}b`];
  const isAllowed = await commands.eval(MAY_RENAME, 2, from, to).catch((error: unknown) => {
    if (isReplyError(error)) return 0;
    throw error;
  });
  if (isAllowed !== 1) throw new Error('Redis has to allow its user EVAL and RENAME');
}

async function requirePartitions({ commands }: Connections): Promise<void> {
  try {
    await commands.setnx(PARTITIONS_KEY, PARTITIONS);
    const found = await commands.get(PARTITIONS_KEY);
    if (found === String(PARTITIONS)) return;
    throw new Error(
      `This Redis was first used with ${found} partitions and cannot be used with ${PARTITIONS}`,
    );
  } catch (error) {
    if (isReplyError(error))
      throw new Error(`Redis cannot be written to: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}
