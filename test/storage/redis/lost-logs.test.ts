import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import { PARTITIONS } from '../../../src/redis/partitions';
import { factsKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, bytes, createLog, createLogOf, expectCode, infoOf, seal } from '../../contract/logs';
import { type Surroundings, withRedis } from './with-redis';

const LOST = { code: 'LOG_GONE', message: 'The server has lost this stream' };
const REMOVED = { code: 'LOG_GONE', message: 'this generation of the stream was replaced or removed' };

describe('a log that is gone', () => {
  it('is lost where Redis came back empty, for its producer, its reader and its writers', () =>
    withRedis(async ({ redis, open }) => {
      const alarm = jest.fn();
      const store = await open({ alarm });
      const writer = await createLogOf(store, 'abc');
      const shared = await createOpenLog(store);
      await redis.kill('SIGKILL');
      await redis.restart();
      await expect(store.append(writer, at(3), bytes('d'))).rejects.toMatchObject(LOST);
      await expect(store.read(writer.log, START, 1)).rejects.toMatchObject(LOST);
      await expect(commit(store, shared, 'x')).rejects.toMatchObject(LOST);
      const { log, epoch } = writer;
      await expect(store.change(log, { kind: 'release', epoch, state: 'open' })).rejects.toMatchObject(LOST);
      expect(await store.wasLost?.(log.id)).toBe(true);
      expect(alarm.mock.calls.filter(([, { id }]) => id === log.id)).toHaveLength(1);
      await store.create(log.id, { contentType: 'text/plain' }, 'new');
      expect(await store.wasLost?.(log.id)).toBe(false);
    }));

  it('is lost where Redis came back from a time before it was made', () =>
    withRedis(async ({ redis, admin, open }) => {
      const store = await open();
      const early = await createLogOf(store, 'abc');
      await store.change(early.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await admin.save();
      const late = await createLogOf(store, 'abc');
      await redis.kill('SIGKILL');
      await redis.restart();
      await expect(store.append(late, at(3), bytes('d'))).rejects.toMatchObject(LOST);
      await expect(store.append(early, at(3), bytes('d'))).rejects.toMatchObject(REMOVED);
    }));

  it('is lost where its facts are, although another log has its id by now', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLogOf(store, 'abc');
      await admin.del(factsKey(writer.log.id));
      await store.create(writer.log.id, { contentType: 'text/plain' }, 'new');
      await expect(store.read(writer.log, at(3), 1)).rejects.toMatchObject(LOST);
    }));

  it('is lost for every reader of a node that wrote it, also where it was complete, and then of every node', () =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const [store, other] = [await open({ alarm }), await open({ alarm })];
      const first = { chunks: bytes('abc'), seal: { kind: 'complete' } } as const;
      const [whole, sealed, shared, alone] = [
        await createOpenLog(store, { first }),
        await createLogOf(store, 'abc'),
        await createOpenLog(store),
        await createLogOf(store, 'abc'),
      ];
      await commit(store, shared, 'abc', { seal: { kind: 'complete' } });
      const ended = new Promise((resolve) => store.watch(sealed.log, at(3), resolve));
      await seal(store, sealed);
      await ended;
      await seal(store, alone);
      await admin.del(factsKey(alone.log.id));
      expect(await store.wasLost?.(alone.log.id)).toBe(true);
      await admin.flushall();
      for (const { id } of [whole, sealed.log, shared]) {
        expect(await store.info(id)).toBeUndefined();
        expect(await store.wasLost?.(id)).toBe(true);
        expect(await other.wasLost?.(id)).toBe(true);
      }
      expect(alarm).toHaveBeenCalledTimes(4);
      await store.create(shared.id, { contentType: 'text/plain' }, 'new');
      const again = await infoOf(store, shared.id);
      await store.change(again, { kind: 'remove', outcome: { kind: 'deleted' } });
      expect(await store.wasLost?.(shared.id)).toBe(false);
    }));

  it('is noted as lost by a node that has remembered it, without being asked, once Redis is back', () =>
    withRedis(async ({ redis, open }) => {
      const lost = new Heard<unknown>();
      const store = await open({ alarm: (_, details) => lost.listener(details) });
      const log = await createOpenLog(store);
      await commit(store, log, 'abc', { seal: { kind: 'complete' } });
      await redis.kill('SIGKILL');
      await redis.restart();
      await lost.untilCount(1);
      expect(lost.all).toEqual([{ id: log.id, generation: log.generation }]);
      expect(await (await open()).wasLost?.(log.id)).toBe(true);
    }));

  it('is not lost where it was removed a moment after another one was asked for', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const logs: LogRef[] = [];
      // Two of 17 are in one partition.
      for (let i = 0; i <= PARTITIONS; i += 1) {
        const { log } = await createLogOf(store, 'abc');
        logs.push(log);
      }
      for (const log of logs) {
        await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
        await expect(store.read(log, START, 1)).rejects.toMatchObject(REMOVED);
        expect(await store.wasLost?.(log.id)).toBe(false);
      }
    }));

  it('is not lost where it was removed, replaced, or has expired', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const [removed, replaced] = [await createLog(store), await createLog(store)];
      await store.change(removed.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await store.create(replaced.log.id, { contentType: 'text/plain' }, 'replace');
      const expiry = { kind: 'at', at: Date.now() + 50 } as const;
      const expired = await createOpenLog(store, { expiry });
      while ((await store.info(expired.id)) !== undefined) await delay(10);
      for (const log of [removed.log, replaced.log, expired])
        await expect(store.read(log, START, 1)).rejects.toMatchObject(REMOVED);
      expect(await store.wasLost?.(removed.log.id)).toBe(false);
    }));

  it('is taken as removed where too many events have come since to tell', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open({ lifecycleLength: 10 });
      const { log } = await createLogOf(store, 'abc');
      for (let i = 0; i < 300; i += 1) await createOpenLog(store);
      await admin.del(factsKey(log.id));
      await expect(store.read(log, at(3), 1)).rejects.toMatchObject(REMOVED);
    }));
});

type Admin = Surroundings['admin'];

describe.each<
  [what: string, begin: (admin: Admin) => Promise<unknown>, end: (admin: Admin) => Promise<unknown>]
>([
  ['is full', (admin) => admin.config('SET', 'maxmemory', 1), (admin) => admin.config('SET', 'maxmemory', 0)],
  [
    'has become a replica',
    (admin) => admin.replicaof('127.0.0.1', 1),
    (admin) => admin.call('REPLICAOF', 'NO', 'ONE'),
  ],
])('a log that Redis has lost while it %s', (_, begin, end) => {
  it('is answered as lost, and once Redis takes writes again, by every node', () =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const [store, other] = [await open({ alarm, commandTimeout: 2_000 }), await open()];
      const { log } = await createLogOf(store, 'abc');
      await admin.flushall();
      await begin(admin);
      for (let reader = 0; reader < 2; reader += 1)
        await expect(store.read(log, at(3), 1)).rejects.toMatchObject(LOST);
      expect(await store.info(log.id)).toBeUndefined();
      expect(await store.wasLost?.(log.id)).toBe(true);
      await end(admin);
      await store.due({ kind: 'expired', now: store.now() }, 1);
      expect(await other.wasLost?.(log.id)).toBe(true);
      expect(alarm.mock.calls.filter(([, { id }]) => id === log.id)).toHaveLength(1);
    }));

  it('is lost no more once there is a log with its id, also where another node makes it', () =>
    withRedis(async ({ admin, open }) => {
      const [store, other] = [await open({ commandTimeout: 2_000 }), await open()];
      const { log } = await createLogOf(store, 'abc');
      await admin.flushall();
      await begin(admin);
      await expect(store.read(log, at(3), 1)).rejects.toMatchObject(LOST);
      await end(admin);
      const created = new Promise<void>((resolve) => {
        store.lifecycle(({ kind }) => kind === 'created' && resolve());
      });
      const later = await createOpenLog(other, {}, log.id);
      await created;
      await store.change(later, { kind: 'remove', outcome: { kind: 'deleted' } });
      await store.due({ kind: 'expired', now: store.now() }, 1);
      for (const node of [store, other]) expect(await node.wasLost?.(log.id)).toBe(false);
    }));
});

describe('a tail', () => {
  it('ends on every node after FLUSHALL, also when nothing else happens', () =>
    withRedis(async ({ admin, open }) => {
      const [store, other] = [await open({ nodeLease: 900 }), await open({ nodeLease: 900 })];
      const writer = await createLogOf(store, 'abc');
      const moved = [store, other].map(
        (node) => new Promise((resolve) => node.watch(writer.log, at(3), resolve)),
      );
      // Both nodes wait in a blocking read for events, and the other one for bytes: the harder case.
      while ((await blockedClients(admin)) < 3);
      await admin.flushall();
      await Promise.all(moved);
      for (const node of [store, other])
        await expect(node.read(writer.log, at(3), 1)).rejects.toMatchObject(LOST);
    }));

  it('ends where its stream alone is deleted', () =>
    withRedis(async ({ admin, open }) => {
      const [store, other] = [await open(), await open()];
      const { log } = await createLogOf(store, 'abc');
      const moved = new Promise((resolve) => other.watch(log, at(3), resolve));
      await other.read(log, START, 10);
      const [key = ''] = await admin.keys(`loom:*:bytes:${log.generation}:*`);
      await admin.del(key);
      expect(await moved).toBeDefined();
      await expectCode(other.read(log, at(3), 1), 'STORE_DAMAGED');
    }));
});

async function blockedClients(admin: Admin): Promise<number> {
  return Number(/blocked_clients:(\d+)/.exec(await admin.info('clients'))?.[1]);
}
