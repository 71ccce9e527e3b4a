import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { parseLogId } from '../../../src/core/log/log-id';
import type { ListQuery } from '../../../src/core/store/list-query';
import type { LogStore } from '../../../src/core/store/store';
import { ALL_PARTITIONS, partitionOf } from '../../../src/redis/partitions';
import { factsKey, lifecycleKey, namesPrefix, orderKey } from '../../../src/storage/redis/schema/keys';
import { describeListing } from '../../contract/listing';
import { createLog, createLogOf, infoOf, listAll, seal, uniqueId } from '../../contract/logs';
import type { Subject } from '../../contract/store.contract';
import { openRedisStore } from '../../support/open-stores';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { type Surroundings, withRedis } from './with-redis';

describe('an index of names in spans of two logs', () => {
  let redis: RedisServer;
  let opened: LogStore | undefined;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  beforeEach(async () => {
    opened = await openRedisStore(redis.url, { spanLogs: 2 });
  });
  afterEach(() => opened?.close());
  afterAll(() => redis.stop());
  const subject: Subject = {
    get store() {
      if (opened === undefined) throw new Error('the store of this test is not open');
      return opened;
    },
    close: async () => opened?.close(),
  };
  describe('listing', () => describeListing(subject));
});

describe('the index of names', () => {
  it('the index lists logs that are older than itself, also while it is built', () =>
    withRedis(async ({ admin, open }) => {
      const before = await open();
      const ids = await createMany(before, 400);
      await forget(admin);
      const store = await open({ spanLogs: 5 });
      await expectLists(store, ids);
      await untilIndexed(admin);
      await expectLists(store, ids);
    }));

  it('two nodes that start together build the index while logs change', () =>
    withRedis(async ({ admin, open }) => {
      const writer = await open({ spanLogs: 7 });
      const ids = await createMany(writer, 2_500);
      await forget(admin);
      const opening = [open({ spanLogs: 7 }), open({ spanLogs: 7 })];
      for (const [i, id] of ids.slice(0, 400).entries()) {
        const info = await infoOf(writer, parseLogId(id));
        if (i % 2 === 0) await writer.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
        else if (info.state === 'open') await writer.change(info, { kind: 'attach', graceMs: 1_000 });
      }
      const others = await createMany(writer, 50);
      const [store] = await Promise.all(opening);
      if (store === undefined) throw new Error('two were opened');
      await untilIndexed(admin);
      const left = ids.filter((_, i) => i >= 400 || i % 2 === 1);
      await expectLists(store, [...left, ...others]);
    }));

  it('the index is unused after a change by an older version, until it is built again', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const { log } = await createLog(store);
      const isListedAs = async (state: 'open' | 'interrupted') =>
        (await store.list({ limit: 10, state })).logs.some(({ id }) => id === log.id);
      expect(await isListedAs('open')).toBe(true);
      await admin.hset(factsKey(log.id), 'state', 'interrupted', 'updatedAt', String(Date.now()));
      await writeAsOlderVersion(admin, log.id, log.generation);
      expect(await isListedAs('interrupted')).toBe(true);
      expect(await isListedAs('open')).toBe(false);
      // A change by this version must not hide it.
      await createLog(store, {}, sibling(log.id));
      expect(await isListedAs('interrupted')).toBe(true);
      const next = await open();
      await untilIndexed(admin);
      expect((await next.list({ limit: 10, state: 'interrupted' })).logs.map(({ id }) => id)).toEqual([
        log.id,
      ]);
      expect(await admin.zcard(`${namesKey(log.id)}:interrupted`)).toBe(1);
    }));

  it('the build of the index pauses while an older version keeps changing logs', () =>
    withRedis(async ({ admin, open }) => {
      const before = await open();
      const { id, generation } = (await createLog(before)).log;
      const others = Array.from({ length: 1_000 }, (_, i) => sibling(id, i));
      for (const other of others) await createLog(before, {}, other);
      await forget(admin);
      await open();
      let [runs, quiet] = [await scriptsRun(admin), 0];
      for (let round = 0; quiet < 10; round += 1) {
        expect(round).toBeLessThan(100);
        for (let i = 0; i < 20; i += 1) await writeAsOlderVersion(admin, id, generation);
        const before = runs;
        runs = await scriptsRun(admin);
        quiet = runs === before ? quiet + 1 : 0;
      }
    }));

  it('the index keeps the order of creation after the clock of Redis was ahead', () =>
    withRedis(async ({ admin, open }) => {
      const before = await open();
      const writer = await createLog(before);
      const { id } = writer.log;
      await moveIntoTheFuture(admin, await infoOf(before, id));
      await forget(admin);
      const store = await open({ spanLogs: 3 });
      await untilIndexed(admin);
      const ids = [String(id)];
      for (let i = 0; i < 20; i += 1) {
        const next = sibling(id, i);
        await createLog(store, {}, next);
        ids.push(next);
      }
      const prefix = id.slice(0, 8);
      const logs = await listAll(store, { limit: 4, prefix });
      expect(logs.map((log) => log.id)).toHaveLength(ids.length);
      expect(logs[0]?.id).toBe(id);
      const times = logs.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      const spans = await admin.zrange(`${namesKey(id)}:spans`, '0', '-1');
      expect(spans.length).toBeGreaterThan(3);
      const last = await infoOf(store, parseLogId(ids.at(-1) ?? ''));
      await store.change(last, { kind: 'remove', outcome: { kind: 'deleted' } });
      await store.change(await infoOf(store, id), { kind: 'remove', outcome: { kind: 'deleted' } });
      expect(await listAll(store, { limit: 50, prefix })).toHaveLength(ids.length - 2);
    }));

  it('the index keeps nothing of removed logs', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open({ spanLogs: 2 });
      const ids = await createMany(store, 200);
      for (const id of ids)
        await store.change(await infoOf(store, parseLogId(id)), {
          kind: 'remove',
          outcome: { kind: 'deleted' },
        });
      for (const partition of ALL_PARTITIONS) {
        const names = namesPrefix(partition);
        for (const state of ['open', 'interrupted', 'closed'])
          expect(await admin.zcard(`${names}:${state}`)).toBe(0);
        expect(await admin.zcard(`${names}:spans`)).toBeLessThanOrEqual(2);
      }
    }));

  it('a filter without matches takes few scripts', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      await createMany(store, 3_000);
      await admin.config('RESETSTAT');
      expect(await store.list({ limit: 100, prefix: 'x', state: 'interrupted' })).toEqual({ logs: [] });
      expect(await store.list({ limit: 100, prefix: 'many-', state: 'interrupted' })).toEqual({ logs: [] });
      const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
      expect(calls).toBeLessThanOrEqual(2 * ALL_PARTITIONS.length + 8);
    }));

  it('lists continue without the index after FLUSHALL', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      await createLog(store);
      await admin.flushall();
      const { log } = await createLogOf(store, 'abc');
      const listed = await store.list({ limit: 10, state: 'open' });
      expect(listed.logs.map(({ id }) => id)).toEqual([log.id]);
    }));
});

/** Every third is sealed. */
async function createMany(store: LogStore, count: number): Promise<string[]> {
  const unique = uniqueId('many');
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    const some = Array.from({ length: Math.min(100, count - from) }, (_, i) => from + i);
    await Promise.all(
      some.map(async (i) => {
        const id = parseLogId(`${unique}-${i % 10}-${i}`);
        const writer = await createLog(store, {}, id);
        if (i % 3 === 0) await seal(store, writer);
        ids.push(id);
      }),
    );
  }
  return ids.toSorted();
}

/** Each filter shows what a list without one shows of the same logs. */
async function expectLists(store: LogStore, ids: readonly string[]): Promise<void> {
  const all = await listAll(store, { limit: 1_000 });
  expect(all.map(({ id }) => String(id)).toSorted()).toEqual([...ids].toSorted());
  const [sample = ''] = ids;
  const filters: Omit<ListQuery, 'limit'>[] = [
    { state: 'open' },
    { state: 'closed' },
    { state: 'interrupted' },
    { prefix: 'many-' },
    { prefix: sample.slice(0, 20), state: 'closed' },
    { prefix: sample.slice(0, -2) },
    { prefix: 'nothing' },
  ];
  for (const filter of filters) {
    const { prefix = '', state } = filter;
    const expected = all.filter((log) => log.id.startsWith(prefix) && (state ?? log.state) === log.state);
    const listed = await listAll(store, { ...filter, limit: 90 });
    expect({ filter, ids: listed.map(({ id }) => id) }).toEqual({
      filter,
      ids: expected.map(({ id }) => id),
    });
  }
}

function namesKey(id: string): string {
  return namesPrefix(partitionOf(id));
}

/** Leaves a Redis as a version without the index leaves it. */
async function forget(admin: Redis): Promise<void> {
  const keys = await admin.keys('loom:*:names:*');
  await admin.del(...keys);
}

async function untilIndexed(admin: Redis): Promise<void> {
  for (;;) {
    const places = ALL_PARTITIONS.map((partition) => admin.hget(`${namesPrefix(partition)}:built`, 'upTo'));
    if ((await Promise.all(places)).every((place) => place === 'all')) return;
    await delay(10);
  }
}

async function writeAsOlderVersion(admin: Redis, id: string, generation: string): Promise<void> {
  const event = ['kind', 'released', 'id', id, 'generation', generation, 'keyEpoch', '1'];
  await admin.xadd(lifecycleKey(partitionOf(id)), '*', ...event, 'epoch', '1', 'state', 'interrupted');
}

/** How often the script that makes the index ran, which is the only one that removes spans. */
async function scriptsRun(admin: Redis): Promise<number> {
  const calls = /cmdstat_unlink:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1];
  return Number(calls ?? 0);
}

/** Another id of the same partition, which begins in the same way. */
function sibling(id: string, number = 0): ReturnType<typeof parseLogId> {
  for (let i = number * 1_000; ; i += 1) {
    const other = `${id}-${i}`;
    if (partitionOf(other) === partitionOf(id)) return parseLogId(other);
  }
}

async function moveIntoTheFuture(
  admin: Surroundings['admin'],
  info: { id: string; generation: string; createdAt: number },
): Promise<void> {
  const { id, generation, createdAt } = info;
  const later = createdAt + 3_600_000;
  const order = orderKey(partitionOf(id));
  await admin.zrem(order, `${createdAt}:${generation}:${id}`);
  await admin.zadd(order, '0', `${later}:${generation}:${id}`);
  await admin.hset(`${factsKey(parseLogId(id))}`, 'createdAt', String(later));
}
