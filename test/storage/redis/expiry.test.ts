import { setTimeout as delay } from 'node:timers/promises';
import { START } from '../../../src/core/log/offset';
import { type JanitorEvent, sweep } from '../../../src/core/store/janitor';
import type { LogStore } from '../../../src/core/store/store';
import { partitionOf } from '../../../src/redis/partitions';
import { expiringKey, factsKey, LEASES_KEY, overdueKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { at, bytes, createLog, expectCode, infoOf, seal, textOf } from '../../contract/logs';
import { type Surroundings, withRedis } from './with-redis';

const HOUR = 3_600_000;
/** Longer than a loaded machine may take from one step to the next. */
const TTL_MS = 3_000;
/** That of a node, by default. */
const LEASE_MS = 10_000;

describe('a log in Redis that expires', () => {
  it('a log with an idle TTL lives while its writer appends, and refuses appends after its expiry', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLog(store, { expiry: { kind: 'idle', ttlMs: TTL_MS } });
      const { id } = writer.log;
      const first = (await infoOf(store, id)).expiresAt ?? 0;
      let tail = START;
      while (Date.now() < first + 100) {
        tail = await store.append(writer, tail, bytes('.'));
        await delay(20);
      }
      expect(await infoOf(store, id)).toMatchObject({ state: 'open', tail });
      // The janitor finds it by the time at which it would have ended, and learns of the appends.
      expect(await store.due({ kind: 'expired', now: Date.now() }, 10)).toEqual([]);
      const score = Number(await admin.zscore(expiringKey(partitionOf(id)), id));
      expect(score).toBe((await infoOf(store, id)).expiresAt);
      await untilAbsent(store, id);
      await expectCode(store.append(writer, tail, bytes('late')), 'LOG_GONE');
      // Beyond the error of the two clocks.
      const later = Date.now() + 10_000;
      expect((await store.due({ kind: 'expired', now: later }, 10)).map((log) => log.id)).toEqual([id]);
    }));

  it('an expired log is gone for a node that read it before and got no event since', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a, {
        expiry: { kind: 'at', at: Date.now() + TTL_MS },
        first: { chunks: bytes('abc') },
      });
      for (const store of [a, b]) expect(await textOf(store, log)).toBe('abc');
      await untilAbsent(a, log.id);
      for (const store of [a, b]) {
        await expectCode(store.read(log, START, 100), 'LOG_GONE');
        await expectCode(store.read(log, at(3), 100), 'LOG_GONE');
        await expectCode(commit(store, log, 'late'), 'LOG_GONE');
      }
    }));

  it('a node still reads a log whose expiry another node has extended', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a, { expiry: { kind: 'idle', ttlMs: TTL_MS } });
      await commit(a, log, 'abc');
      expect(await textOf(b, log)).toBe('abc');
      const first = (await infoOf(b, log.id)).expiresAt ?? 0;
      while (Date.now() <= first) {
        await a.change(log, { kind: 'touch' });
        await delay(20);
      }
      expect(await textOf(b, log)).toBe('abc');
    }));
});

describe('a Redis whose host had its clock set an hour forward', () => {
  it('a log with an idle TTL keeps its remaining time, and a fixed expiry does not move', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const idle = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 600_000 } });
      const dated = await createOpenLog(store, { expiry: { kind: 'at', at: Date.now() + 60_000 } });
      const odd = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 600_000 } });
      await admin.set(factsKey(odd.id), 'x');
      // All times in Redis are an hour older then.
      const before = Number(await admin.hget(factsKey(idle.id), 'expiresAt')) - HOUR;
      await admin.hset(factsKey(idle.id), 'expiresAt', before);
      await admin.zadd(expiringKey(partitionOf(idle.id)), before, idle.id);
      await agedLeases(admin);
      expect(await store.due({ kind: 'expired', now: Date.now() }, 10)).toEqual([]);
      const { expiresAt = 0 } = await infoOf(store, idle.id);
      expect(expiresAt).toBeGreaterThan(before + HOUR - LEASE_MS);
      expect(Number(await admin.zscore(expiringKey(partitionOf(idle.id)), idle.id))).toBe(expiresAt);

      await agedLeases(admin);
      expect(await store.due({ kind: 'expired', now: Date.now() }, 10)).toEqual([]);
      expect((await infoOf(store, idle.id)).expiresAt).toBeLessThanOrEqual(Date.now() + 660_000);
      expect((await infoOf(store, dated.id)).expiresAt).toBe(dated.expiresAt);
    }));
});

describe('a Redis whose memory is full', () => {
  it('the janitor removes expired and old logs and abandons overdue ones', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const expired = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 1 } });
      const sealed = await createLog(store);
      await seal(store, sealed);
      const overdue = await createLog(store, { graceMs: 1 });
      await store.change(overdue.log, { kind: 'release', epoch: overdue.epoch, state: 'interrupted' });
      await untilAbsent(store, expired.id);
      await admin.config('SET', 'maxmemory', 1);
      const ended: string[] = [];
      const report = (event: JanitorEvent): void => {
        if ('log' in event) ended.push(`${event.kind} ${event.log.id}`);
      };
      const options = { maxAgeMs: 1, report };
      while (ended.length < 3) await sweep(store, options, new AbortController().signal);
      for (const end of [`expired ${expired.id}`, `abandoned ${overdue.log.id}`, `expired ${sealed.log.id}`])
        expect(ended).toContain(end);
      await expectCode(store.ready(), 'STORE_UNAVAILABLE');
    }));

  it('a grace period starts again if no server had a lease meanwhile', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const { log, epoch } = await createLog(store);
      await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      const key = overdueKey(partitionOf(log.id));
      await admin.multi().zadd(key, 1, log.id).del(LEASES_KEY).config('SET', 'maxmemory', 1).exec();
      expect(await store.due({ kind: 'overdue', now: Date.now() }, 1)).toEqual([]);
      expect(Number(await admin.zscore(key, log.id))).toBeGreaterThan(Date.now());
    }));
});

async function agedLeases(admin: Surroundings['admin']): Promise<void> {
  for (const node of await admin.zrangebyscore(LEASES_KEY, '-inf', '+inf')) {
    const lease = Number(await admin.zscore(LEASES_KEY, node));
    await admin.zadd(LEASES_KEY, lease - HOUR, node);
  }
}

async function untilAbsent(store: LogStore, id: Parameters<LogStore['info']>[0]): Promise<void> {
  while ((await store.info(id)) !== undefined) await delay(20);
}
