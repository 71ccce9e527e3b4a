import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import { PARTITIONS } from '../../../src/redis/partitions';
import { factsKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, bytes, createLog, createLogOf, expectCode, infoOf, seal } from '../../contract/logs';
import { IMPATIENT_MS } from './impatient';
import { type Surroundings, withRedis } from './with-redis';

const LOST = { code: 'LOG_GONE', message: 'The server has lost this stream' };
const REMOVED = { code: 'LOG_GONE', message: 'this generation of the stream was replaced or removed' };

describe('a log that is gone', () => {
  it('a log is lost for its producer, readers and writers when Redis comes back empty', () =>
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

  it('a log is lost when Redis comes back from a snapshot older than the log', () =>
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

  it('a log is lost when its facts are gone, even if another log has its id', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLogOf(store, 'abc');
      await admin.del(factsKey(writer.log.id));
      await store.create(writer.log.id, { contentType: 'text/plain' }, 'new');
      await expect(store.read(writer.log, at(3), 1)).rejects.toMatchObject(LOST);
    }));

  it('a log that one node wrote, even a complete one, is lost on every node after FLUSHALL', () =>
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

  it('a node records a remembered log as lost once Redis is back, without a request', () =>
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

  it('a log that is removed just after another one was looked up is not lost', () =>
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

  it('a removed, replaced or expired log is not lost', () =>
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

  it('a log that is gone counts as removed after too many later events', () =>
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
])('a log lost by a Redis that %s', (_, begin, end) => {
  it('the log is reported as lost, and by every node once Redis accepts writes', () =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const [store, other] = [await open({ alarm, commandTimeout: IMPATIENT_MS }), await open()];
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

  it('the log is no longer lost once any node creates one with its id', () =>
    withRedis(async ({ admin, open }) => {
      const [store, other] = [await open({ commandTimeout: IMPATIENT_MS }), await open()];
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

describe('the tail of a lost log', () => {
  it('a tail ends on every node after FLUSHALL without any other event', () =>
    withRedis(async ({ admin, open }) => {
      const [store, other] = [
        await open({ nodeLease: IMPATIENT_MS }),
        await open({ nodeLease: IMPATIENT_MS }),
      ];
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

  it('a tail ends when only the byte stream of its log is deleted', () =>
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
