import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import type { LogId } from '../../../src/core/log/log-id';
import { type Offset, START } from '../../../src/core/log/offset';
import { type JanitorEvent, sweep } from '../../../src/core/store/janitor';
import { removeLog } from '../../../src/core/store/remove-log';
import type { LogStore } from '../../../src/core/store/store';
import { partitionOf } from '../../../src/redis/partitions';
import {
  bytesKey,
  factsKey,
  heldKey,
  LEASES_KEY,
  overdueKey,
  sealedKey,
} from '../../../src/storage/redis/schema/keys';
import { at, createLog, createLogOf, expectCode, infoOf, seal } from '../../contract/logs';
import { follow } from '../../support/follow';
import { type Surroundings, withRedis } from './with-redis';

describe('a log whose end Redis has lost', () => {
  it.each(['written', 'followed'])(
    'a log that this node has %s ends for readers of the lost bytes, and no node polls it',
    (how) =>
      withRedis(async ({ admin, open }) => {
        const [store, other] = [await open(), await open()];
        const writer = await createLog(how === 'written' ? store : other);
        const writing = how === 'written' ? store : other;
        const key = bytesKey(writer.log.id, writer.log.generation, writer.epoch);
        await writing.append(writer, START, [Buffer.alloc(50, 'a')]);
        const kept = await admin.dumpBuffer(key);
        await writing.append(writer, at(50), [Buffer.alloc(50, 'b')]);
        const stopping = new AbortController();
        const had = followed(store, writer.log, START, stopping.signal);
        await had.reached(100);
        await admin.restore(key, 0, kept, 'REPLACE');
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        if (how === 'written') void followed(store, writer.log, START, stopping.signal).over.catch(() => {});
        await expect(had.over).rejects.toMatchObject({ code: 'BYTES_LOST' });
        expect((await infoOf(store, writer.log.id)).losses).toMatchObject([{ from: 50, to: 100 }]);

        const waiting = followed(store, writer.log, START, stopping.signal);
        await waiting.reached(50);
        const before = await scriptsRun(admin);
        await delay(300);
        expect((await scriptsRun(admin)) - before).toBeLessThan(20);
        stopping.abort();
        await expect(waiting.over).rejects.toMatchObject({ name: 'AbortError' });
        await expectCode(store.read(writer.log, at(100), 1), 'STORE_DAMAGED');
        await expect(store.read(writer.log, at(101), 1)).rejects.toThrow(RangeError);
      }),
  );
});

describe('damaged logs in Redis', () => {
  it('a log without its bytes is listed, can be removed and does not block other logs', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const logs: LogRef[] = [];
      for (let i = 0; i < 3; i += 1) {
        const { log, epoch } = await createLogOf(store, 'abc');
        await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
        logs.push(log);
      }
      const [first, lost] = logs;
      if (first === undefined || lost === undefined) throw new Error('three were made');
      await admin.del(bytesKey(lost.id, lost.generation, 1));
      expect((await store.list({ limit: 10 })).logs).toHaveLength(3);
      expect(await infoOf(store, lost.id)).toMatchObject({ tail: 0 });
      const now = Date.now() + 3_600_000;
      const kinds = (await swept(store, now)).map(({ kind }) => kind);
      expect(kinds).toEqual(['abandoned', 'abandoned', 'abandoned']);
      expect(await swept(store, now)).toEqual([]);
      await store.change(lost, { kind: 'remove', outcome: { kind: 'deleted' } });
      expect(await store.info(lost.id)).toBeUndefined();
    }));

  it('a log with unreadable facts is skipped with one warning, and one without facts is forgotten', () =>
    withRedis(async ({ admin, open }) => {
      const warn = jest.fn();
      const store = await open({ warn });
      const [good, odd, gone] = [await createLog(store), await createLog(store), await createLog(store)];
      const [noJson, noHash] = [await createLog(store), await createLog(store)];
      for (const { log, epoch } of [good, odd, gone])
        await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      await admin.hdel(factsKey(odd.log.id), 'contentType');
      await admin.del(factsKey(gone.log.id));
      await admin.hset(factsKey(noJson.log.id), 'metadata', '{');
      await admin.set(factsKey(noHash.log.id), 'x');
      const now = Date.now() + 3_600_000;
      for (let round = 0; round < 2; round += 1) {
        for (const query of [{}, { prefix: 'log' }, { state: 'interrupted' as const }]) {
          const { logs } = await store.list({ ...query, limit: 10 });
          expect(logs.map(({ id }) => id)).toEqual([good.log.id]);
        }
        const due = await store.due({ kind: 'overdue', now }, 10);
        expect(due.map(({ id }) => id)).toEqual([good.log.id]);
      }
      expect(warn.mock.calls.filter(([, details]) => details?.log === odd.log.id)).toHaveLength(1);
      expect(await admin.zscore(overdueKey(partitionOf(gone.log.id)), gone.log.id)).toBeNull();
    }));

  it('unreadable facts block neither the start of a node nor the release of logs of dead nodes', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const [damaged, good, waiting] = [
        await createLog(store),
        await createLog(store),
        await createLog(store),
      ];
      await store.change(waiting.log, { kind: 'release', epoch: waiting.epoch, state: 'interrupted' });
      await store.close();
      for (const [node, { log }] of [['dead-1', damaged] as const, ['dead-2', good] as const]) {
        await admin.zadd(LEASES_KEY, 1, node);
        await admin.zadd(heldKey(partitionOf(log.id)), 0, `${node}:${log.id}`);
        await admin.hset(factsKey(log.id), { node, state: 'open' });
      }
      for (const { log } of [damaged, waiting]) await admin.set(factsKey(log.id), 'x');
      const next = await open({ nodeLease: 300 });
      await new Promise<void>((resolve) => {
        next.lifecycle(({ kind, log }) => kind === 'released' && log.id === good.log.id && resolve());
      });
      expect(await infoOf(next, good.log.id)).toMatchObject({ state: 'interrupted' });
      expect(await admin.zscore(LEASES_KEY, 'dead-1')).toBeNull();
    }));

  it.each<[what: string, spoil: (admin: Surroundings['admin'], id: LogId) => Promise<unknown>]>([
    ['has no content type', (admin, id) => admin.hdel(factsKey(id), 'contentType')],
    ['has no generation', (admin, id) => admin.hdel(factsKey(id), 'generation')],
    ['has no time of creation', (admin, id) => admin.hdel(factsKey(id), 'createdAt')],
    ['has no state', (admin, id) => admin.hdel(factsKey(id), 'state')],
    ['has an unknown state', (admin, id) => admin.hset(factsKey(id), 'state', 'asleep')],
    ['has an invalid epoch', (admin, id) => admin.hset(factsKey(id), 'epoch', 'x')],
    ['has metadata that is not JSON', (admin, id) => admin.hset(factsKey(id), 'metadata', '{')],
    ['has an outcome that is not JSON', (admin, id) => admin.hset(factsKey(id), 'outcome', '{')],
    ['has losses that are not JSON', (admin, id) => admin.hset(factsKey(id), 'losses', '{')],
    ['is of another type', (admin, id) => admin.multi().del(factsKey(id)).set(factsKey(id), 'x').exec()],
  ])('a log whose hash of facts %s can be deleted and hides no other log', (_, spoil) =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const [good, bad] = [await createLogOf(store, 'good'), await createLogOf(store, 'bad')];
      for (const writer of [good, bad]) await seal(store, writer);
      await spoil(admin, bad.log.id);
      expect((await store.list({ limit: 10 })).logs.map(({ id }) => id)).toEqual([good.log.id]);
      expect((await store.list({ limit: 10, state: 'closed' })).logs.map(({ id }) => id)).toEqual([
        good.log.id,
      ]);
      await expectCode(store.info(bad.log.id), 'STORE_DAMAGED');
      expect(await store.purge(good.log.id)).toBe(false);
      expect(await removeLog(store, bad.log.id)).toBe(true);
      expect(await store.info(bad.log.id)).toBeUndefined();
      expect(await removeLog(store, bad.log.id)).toBe(false);
      expect(await admin.zscore(sealedKey(partitionOf(bad.log.id)), bad.log.id)).toBeNull();
      await createLog(store, {}, bad.log.id);
      expect((await store.list({ limit: 10 })).logs.map(({ id }) => id)).toEqual([bad.log.id, good.log.id]);
    }),
  );

  it.each<
    [what: string, spoil: (admin: Surroundings['admin'], key: string) => Promise<unknown>, from: number]
  >([
    ['all of its bytes', (admin, key) => admin.del(key), 0],
    ['its end', async (admin, key) => admin.xdel(key, ...(await lastIds(admin, key, 2))), 32_000],
  ])('a sealed log that lost %s reports the whole lost range for every read of it', (_, spoil, from) =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const store = await open({ alarm });
      const writer = await createLogOf(store, Buffer.alloc(50_000, 'x'));
      await seal(store, writer);
      await spoil(admin, bytesKey(writer.log.id, writer.log.generation, writer.epoch));
      const other = await open();
      for (const each of [store, other]) {
        expect(await infoOf(each, writer.log.id)).toMatchObject({ tail: 50_000, state: 'closed' });
        for (const [at_, bytesMax] of [
          [0, 1],
          [0, 100_000],
          [40_000, 1],
        ] as const) {
          await expect(each.read(writer.log, at(at_), bytesMax, at(50_000))).rejects.toMatchObject({
            code: 'STORE_DAMAGED',
            lost: { from, to: 50_000 },
          });
        }
      }
      // A read that ends before the loss succeeds.
      if (from > 0) expect((await store.read(writer.log, START, 100, at(100))).next).toBe(100);
      expect(alarm.mock.calls).toEqual([
        [expect.stringContaining(`bytes ${from} to 50000`), expect.anything()],
      ]);
    }),
  );

  it('a log whose bytes are a key of another type is reported as damaged and can be removed', () =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const store = await open({ alarm });
      const writer = await createLogOf(store, 'abc');
      await seal(store, writer);
      await admin.set(bytesKey(writer.log.id, writer.log.generation, writer.epoch), 'x');
      for (let round = 0; round < 2; round += 1)
        await expectCode(store.read(writer.log, START, 10), 'STORE_DAMAGED');
      expect(alarm.mock.calls).toEqual([
        [expect.any(String), expect.objectContaining({ id: writer.log.id })],
      ]);
      expect(await removeLog(store, writer.log.id)).toBe(true);
    }));

  it('an unknown lifecycle event does not block later events', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const { log } = await createLog(store);
      await admin.xadd(`loom:{${partitionOf(log.id)}}:lifecycle`, '*', 'kind', 'unheard-of', 'id', log.id);
      const ended = new Promise((resolve) => store.watch(log, START, resolve));
      await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
      expect(await ended).toMatchObject({ kind: 'ended' });
    }));
});

interface Following {
  readonly over: Promise<void>;
  reached(offset: number): Promise<void>;
}

function followed(store: LogStore, log: LogRef, from: Offset, signal: AbortSignal): Following {
  let next: number = from;
  const over = (async () => {
    for await (const page of follow(store, log, from, signal)) next = page.next;
  })();
  return {
    over,
    async reached(offset) {
      while (next < offset) await Promise.race([over, delay(5)]);
    },
  };
}

async function lastIds(admin: Surroundings['admin'], key: string, count: number): Promise<string[]> {
  return (await admin.xrevrange(key, '+', '-', 'COUNT', count)).map(([id]) => id);
}

async function scriptsRun(admin: Surroundings['admin']): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
}

async function swept(store: LogStore, now: number): Promise<JanitorEvent[]> {
  const events: JanitorEvent[] = [];
  const report = (event: JanitorEvent): unknown => events.push(event);
  await sweep(store, { report }, new AbortController().signal, now);
  return events;
}
