import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LogLines } from '../../../src/core/lines/log-lines';
import type { LogInfo, LogRef } from '../../../src/core/log/log';
import { sweep } from '../../../src/core/store/janitor';
import type { LogStore } from '../../../src/core/store/store';
import { factsKey } from '../../../src/storage/redis/schema/keys';
import { createOpenLog, remove } from '../../contract/commits';
import { bytes, expectCode, uniqueId } from '../../contract/logs';
import { PATIENCE_MS } from '../../support/patience';
import { type Surroundings, withRedis } from './with-redis';

const INDEX = Buffer.from('index');

describe('a line index in Redis', () => {
  it('is read by every node, and lies beside the bytes for at most some days', () =>
    withRedis(async ({ admin, open }) => {
      const [a, b] = [await open(), await open()];
      const log = await indexedLog(a);
      expect((await b.loadLineIndex(log))?.equals(INDEX)).toBe(true);
      const [key = '', ...others] = await keysOfIndexes(admin);
      expect(others).toEqual([]);
      expect(key.slice(0, key.indexOf('}') + 1)).toBe(
        factsKey(log.id).slice(0, factsKey(log.id).indexOf('}') + 1),
      );
      await admin.pexpire(key, 10_000);
      await b.loadLineIndex(log);
      expect(await admin.pttl(key)).toBeGreaterThan(10_000);
      await b.saveLineIndex(log, Buffer.from('newer'));
      expect((await a.loadLineIndex(log))?.toString()).toBe('newer');
    }));

  it.each<
    [how: string, end: (store: LogStore, log: LogRef, admin: Surroundings['admin']) => Promise<unknown>]
  >([
    ['is removed', (store, log) => remove(store, log)],
    ['is replaced', (store, log) => store.create(log.id, { contentType: 'text/plain' }, 'replace')],
    ['is too old', (store, _, admin) => sweptUntilGone(store, admin, { maxAgeMs: 1 })],
    [
      'is purged',
      async (store, log, admin) => {
        await admin.hdel(factsKey(log.id), 'contentType');
        await store.purge(log.id);
      },
    ],
  ])('goes with its log if that %s', (_, end) =>
    withRedis(async ({ admin, open }) => {
      const [a, b] = [await open(), await open()];
      const log = await indexedLog(a);
      const other = await indexedLog(a);
      await end(b, log, admin);
      const left = (await b.info(other.id)) === undefined ? 0 : 1;
      expect(await keysOfIndexes(admin)).toHaveLength(left);
      for (const store of [a, b]) {
        await expectCode(store.loadLineIndex(log), 'LOG_GONE');
        await expectCode(store.saveLineIndex(log, INDEX), 'LOG_GONE');
      }
      expect(await keysOfIndexes(admin)).toHaveLength(left);
    }),
  );

  it('goes with a log that expires', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await indexedLog(store, { kind: 'at', at: Date.now() + 4_000 });
      expect(await keysOfIndexes(admin)).toHaveLength(1);
      await sweptUntilGone(store, admin);
      await expectCode(store.loadLineIndex(log), 'LOG_GONE');
      expect(await keysOfIndexes(admin)).toEqual([]);
    }));

  it('is lost without an error if Redis loses it, and with the log if Redis loses all', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await indexedLog(store);
      await admin.del(...(await keysOfIndexes(admin)));
      expect(await store.loadLineIndex(log)).toBeUndefined();
      await store.saveLineIndex(log, INDEX);
      await admin.flushall();
      await expectCode(store.loadLineIndex(log), 'LOG_GONE');
      await expectCode(store.saveLineIndex(log, INDEX), 'LOG_GONE');
      expect(await keysOfIndexes(admin)).toEqual([]);
    }));

  it('is refused while the memory of Redis is full, and can be read', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open({ patience: 400 });
      const log = await indexedLog(store);
      await admin.config('SET', 'maxmemory', 1);
      await expectCode(store.saveLineIndex(log, Buffer.from('newer')), 'STORE_FULL');
      expect((await store.loadLineIndex(log))?.equals(INDEX)).toBe(true);
      await admin.config('SET', 'maxmemory', 0);
    }));
});

describe('a line index in Redis that something else has changed', () => {
  const LINES = 100_000;
  const NEVER = new AbortController().signal;

  it.each<[what: string, spoil: (admin: Surroundings['admin'], key: string) => Promise<unknown>]>([
    ['is a hash', (admin, key) => admin.hset(key, 'lines', LINES)],
    ['is a list', (admin, key) => admin.rpush(key, 'lines')],
    ['is a stream', (admin, key) => admin.xadd(key, '*', 'd', 'lines')],
    ['is empty', (admin, key) => admin.set(key, '')],
    ['is a number', (admin, key) => admin.set(key, 7)],
    ['is garbage', (admin, key) => admin.set(key, randomBytes(10_000))],
    ['is larger than any index', (admin, key) => admin.setrange(key, 65 * 1024 * 1024, 'x')],
  ])('is counted and stored again by the next node if it %s', (_, spoil) =>
    withRedis(async ({ admin, open }) => {
      const [a, b] = [await open(), await open()];
      const first = { chunks: bytes('a line of text\n'.repeat(LINES)), seal: { kind: 'complete' } } as const;
      const log = await createOpenLog(a, { first }, uniqueId());
      const info = await thereIs(a, log);
      const count = await new LogLines(a, { cacheBytes: 1 << 20 }).count(info, NEVER);
      expect(count).toMatchObject({ lines: LINES });
      const saved = await untilIndexed(a, log);
      const [key = ''] = await keysOfIndexes(admin);
      await admin.del(key);
      await spoil(admin, key);
      const lines = new LogLines(b, { cacheBytes: 1 << 20 });
      expect(await lines.count(info, NEVER)).toEqual(count);
      expect(await lines.offsetOfLine(info, 777, NEVER)).toBe(776 * 15);
      await untilIndexed(a, log, saved);
    }),
  );
});

async function thereIs(store: LogStore, { id }: LogRef): Promise<LogInfo> {
  const info = await store.info(id);
  if (info === undefined) throw new Error('the log is gone');
  return info;
}

/** The index, which is stored after the request that counted got its answer. */
async function untilIndexed(store: LogStore, log: LogRef, wanted?: Buffer): Promise<Buffer> {
  for (;;) {
    const index = await store.loadLineIndex(log);
    if (index !== undefined && (wanted === undefined || wanted.equals(index))) return index;
    await delay(5);
  }
}

async function indexedLog(store: LogStore, expiry?: { kind: 'at'; at: number }): Promise<LogRef> {
  const first = { chunks: bytes('a\nb\n'), seal: { kind: 'complete' } } as const;
  const log = await createOpenLog(store, { first, ...(expiry && { expiry }) }, uniqueId());
  await store.saveLineIndex(log, INDEX);
  return log;
}

function keysOfIndexes(admin: Surroundings['admin']): Promise<string[]> {
  return admin.keys('loom:*:lines:*');
}

/**
 * Runs rounds of the janitor until no index is left. Redis may say that a log has expired when the node's clock, which is a little
 * behind, does not: one more round is needed then.
 */
async function sweptUntilGone(
  store: LogStore,
  admin: Surroundings['admin'],
  options: { maxAgeMs?: number } = {},
): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  while ((await keysOfIndexes(admin)).length > 0)
    await sweep(store, { ...options, report: () => {} }, signal);
}
