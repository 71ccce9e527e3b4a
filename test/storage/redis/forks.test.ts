import type { Redis } from 'ioredis';
import type { LogInfo, LogRef } from '../../../src/core/log/log';
import type { LogStore } from '../../../src/core/store/store';
import { partitionOf } from '../../../src/redis/partitions';
import { bytesKey, retiredKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog, remove } from '../../contract/commits';
import { at, bytes, expectCode, infoOf, textOf, uniqueId } from '../../contract/logs';
import { IMPATIENT_MS } from './impatient';
import { withRedis } from './with-redis';

const CONTENT = 'the bytes of the source';

describe('a fork whose creation is interrupted', () => {
  it('an interrupted fork does not exist, its copy expires, and the id of its source is freed', () =>
    withRedis(async ({ admin, open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy({ commandTimeout: IMPATIENT_MS });
      const source = await sourceOn(other);
      const id = uniqueId('fork');
      // The node is cut off once the copy has been sent, and before anything is made of it.
      proxy.onRequest((piece) => {
        if (piece.includes(CONTENT)) proxy.mode('swallow');
      });
      await expectCode(forkOn(store, source, id), 'STORE_UNAVAILABLE');
      expect(await other.info(id)).toBeUndefined();
      const [copy = ''] = await admin
        .keys(`loom:{${partitionOf(id)}}:bytes:*`)
        .then((keys) => keys.filter((key) => !key.includes(source.generation)));
      expect(await admin.xlen(copy)).toBe(2);
      expect(await admin.pttl(copy)).toBeGreaterThan(0);

      await remove(other, source);
      await expectCode(other.info(source.id), 'LOG_RETIRED');
      await pretendThatLongAgo(admin, source);
      expect(await other.info(source.id)).toBeUndefined();
      expect(await admin.hlen(retiredKey(partitionOf(source.id)))).toBe(0);
    }));

  it('a fork is created when only a reply of Redis was lost', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const source = await sourceOn(other);
      proxy.onRequest((piece) => {
        if (!piece.includes(CONTENT)) return;
        proxy.onRequest(undefined);
        proxy.mode('swallow');
        setTimeout(() => {
          proxy.mode('pass');
          proxy.cut();
        }, 50);
      });
      const fork = await forkOn(store, source);
      expect(await textOf(other, fork)).toBe(CONTENT);
      expect(await infoOf(other, fork.id)).toEqual(fork);
    }));

  it('a refused fork leaves nothing behind', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const source = await sourceOn(store);
      const id = uniqueId('fork');
      const taken = Array.from({ length: 8 }, () => forkOn(store, source, id));
      const made = (await Promise.allSettled(taken)).filter(({ status }) => status === 'fulfilled');
      expect(made).toHaveLength(1);
      await expect(forkOn(store, source, uniqueId(), 1_000)).rejects.toBeInstanceOf(RangeError);
      expect(await admin.keys('loom:*:bytes:*')).toHaveLength(2);
      expect(await admin.zcard(forksKey(source))).toBe(1);
      expect(await admin.ttl(bytesKey(id, (await infoOf(store, id)).generation, 1))).toBe(-1);
    }));
});

describe('a fork whose removal is interrupted', () => {
  it.each([
    ['a look-up of the source', (store: LogStore, source: LogRef): Promise<unknown> => store.info(source.id)],
    [
      'a new log with the id of the source',
      async (store: LogStore, source: LogRef) => {
        await remove(store, await createOpenLog(store, {}, source.id));
      },
    ],
    ['the janitor', (store: LogStore) => store.due({ kind: 'expired', now: Date.now() }, 10)],
  ] as const)('%s frees the ids of the whole chain of sources', (_, ask) =>
    withRedis(async ({ admin, open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const first = await sourceOn(other);
      const second = await forkOn(other, first);
      const third = await forkOn(other, second);
      await remove(other, first);
      await remove(other, second);
      await pretendThatLongAgo(admin, first);
      await pretendThatLongAgo(admin, second);
      // What comes after the removal itself names the source, and is lost.
      let removed = false;
      proxy.onRequest((piece) => {
        if (removed && piece.includes(second.id)) proxy.cut();
        removed ||= piece.includes(third.id);
      });
      await remove(store, third);
      expect(await admin.hlen(retiredKey(partitionOf(second.id)))).toBeGreaterThan(0);
      await ask(other, second);
      for (const log of [first, second]) {
        expect(await admin.hexists(retiredKey(partitionOf(log.id)), log.id)).toBe(0);
        expect(await admin.exists(forksKey(log))).toBe(0);
      }
    }),
  );

  it('an id is not freed while another fork of its log lives', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const source = await sourceOn(store);
      const living = await forkOn(store, source);
      await remove(store, source);
      for (let i = 0; i < 40; i += 1) await admin.zadd(forksKey(source), '0', `no-such-generation:${i}`);
      await pretendThatLongAgo(admin, source);
      await store.due({ kind: 'expired', now: Date.now() }, 10);
      await expectCode(store.info(source.id), 'LOG_RETIRED');
      await remove(store, living);
      expect(await store.info(source.id)).toBeUndefined();
    }));
});

async function sourceOn(store: LogStore): Promise<LogInfo> {
  const log = await createOpenLog(store, {}, uniqueId('source'));
  await commit(store, log, CONTENT);
  return log;
}

async function forkOn(
  store: LogStore,
  source: LogRef,
  id = uniqueId('fork'),
  offset: number = CONTENT.length,
): Promise<LogInfo> {
  return createOpenLog(store, { fork: { source, at: at(offset) }, first: { chunks: bytes('') } }, id);
}

function forksKey({ id, generation }: LogRef): string {
  return `loom:{${partitionOf(id)}}:forks:${generation}`;
}

/** No fork of the log can be in the making any more. */
async function pretendThatLongAgo(admin: Redis, source: LogRef): Promise<void> {
  const forks = await admin.zrange(forksKey(source), '0', '-1');
  for (const fork of forks) await admin.zadd(forksKey(source), '0', fork);
}
