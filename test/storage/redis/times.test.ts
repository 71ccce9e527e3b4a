import type { LogRef } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import type { LogNews } from '../../../src/core/store/news';
import { bytesKey, factsKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, attach, bytes, createLog, createLogOf, expectCode, infoOf, seal } from '../../contract/logs';
import { expectOffsetsOf, expectRising, readTimes, TestClock } from '../../contract/timed';
import { retried } from './retried';
import { type Surroundings, withRedis } from './with-redis';
import { withSnapshots } from './with-snapshots';

const HOUR = 3_600_000;
const LONG_AGO = 1_000_000_000_000;

describe('the times of a log in Redis', () => {
  const clock = new TestClock();
  afterEach(() => clock.restore());

  it('do not go back while its producers change nodes whose clocks differ', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const now = Date.now();
      let writer = await createLog(a);
      let tail = START;
      for (const [i, offset] of [HOUR, -HOUR, 0, 2 * HOUR, 0].entries()) {
        const store = i % 2 === 0 ? a : b;
        clock.set(now + offset);
        if (i > 0) writer = await attach(store, writer.log);
        for (let n = 0; n < 3; n += 1) tail = await store.append(writer, tail, bytes('abc'));
      }
      await seal(a, writer);
      clock.restore();
      for (const store of [a, b]) {
        const times = await readTimes(store, writer.log, START, 4);
        expect(times).toHaveLength(45);
        expectRising(times);
        await expectOffsetsOf(store, writer.log, times);
      }
    }));

  it('come with the news of what another node appends', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const writer = await createLogOf(a, 'abc');
      const heard = new Heard<LogNews>();
      const stop = b.watch(writer.log, at(3), heard.listener);
      let tail = at(3);
      // Until the log is followed, the news may be no more than that there is something to read.
      while (!heard.all.some(({ kind }) => kind === 'bytes')) tail = await a.append(writer, tail, bytes('.'));
      clock.set(Date.now() + HOUR);
      const end = await a.append(writer, tail, bytes('later'));
      const isThere = ({ kind, ...news }: LogNews): boolean =>
        kind === 'bytes' && 'from' in news && news.from >= tail;
      await heard.until((all) => all.some(isThere));
      stop();
      clock.restore();
      const times = await readTimes(b, writer.log);
      const news = heard.all.filter((item) => item.kind === 'bytes');
      expect(news.at(-1)?.at).toBe(times[end - 1]);
      expectRising(news.map((item) => item.at));
    }));

  it('are those of each append, also where the news of several come to another node at once', () =>
    withRedis(async ({ open, openByProxy }) => {
      const a = await open();
      const { store: b, proxy } = await openByProxy();
      const writer = await createLogOf(a, 'abc');
      const heard = new Heard<LogNews>();
      const stop = b.watch(writer.log, at(3), heard.listener);
      let tail = at(3);
      while (!heard.all.some(({ kind }) => kind === 'bytes')) tail = await a.append(writer, tail, bytes('.'));
      const first = tail;
      const now = Date.now();
      // The other node reads all but the first in one go, once it can.
      proxy.mode('hold');
      for (let i = 1; i <= 8; i += 1) {
        clock.set(now + i * HOUR);
        tail = await a.append(writer, tail, bytes('x'));
      }
      proxy.mode('pass');
      const end = tail;
      await heard.until((all) =>
        all.some((item) => item.kind === 'bytes' && item.from + item.chunks.join('').length === end),
      );
      stop();
      clock.restore();
      const times = await readTimes(b, writer.log);
      for (const item of heard.all)
        if (item.kind === 'bytes' && item.from >= first)
          expect(times.slice(item.from, item.from + item.chunks.join('').length)).toEqual(
            Array.from(item.chunks.join(''), () => item.at),
          );
    }));

  it('stay the same if an append is repeated after its answer was lost and the clock was set back', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const writer = await createLogOf(store, 'abc');
      const now = Date.now() + HOUR;
      clock.set(now);
      proxy.mode('swallow');
      const appending = store.append(writer, at(3), bytes('def'));
      while ((await infoOf(other, writer.log.id)).tail < 6);
      clock.set(now - 2 * HOUR);
      proxy.mode('pass');
      proxy.cut();
      expect(await appending).toBe(6);
      await store.append(writer, at(6), bytes('ghi'));
      clock.restore();
      expect((await readTimes(other, writer.log, START, 1)).slice(3)).toEqual(Array(6).fill(now));
    }));

  it('do not go back in an append of a writer whose last append failed', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy({ commandTimeout: 1_000, patience: 2_000 });
      const writer = await createLogOf(store, 'abc');
      const now = Date.now() + HOUR;
      clock.set(now);
      proxy.mode('swallow');
      await expectCode(store.append(writer, at(3), bytes('def')), 'STORE_UNAVAILABLE');
      expect((await infoOf(other, writer.log.id)).tail).toBe(6);
      proxy.mode('pass');
      proxy.cut();
      clock.set(now - 2 * HOUR);
      expect(await retried(() => store.append(writer, at(3), bytes('defghi')))).toBe(9);
      clock.restore();
      const times = await readTimes(other, writer.log, START, 1);
      expect(times.slice(3)).toEqual(Array(6).fill(now));
    }));

  it('of a version that let them go back do not go back within a page, and can be searched', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store);
      const stamps = [50, 40, 90, 10, 70, 70, 20, 99, 5].map((ms) => LONG_AGO + ms);
      const key = await forge(admin, log, stamps);
      const times = await readTimes(store, log);
      expect(times).toHaveLength(stamps.length);
      expectRising(times);
      for (let ms = 0; ms <= 100; ms += 1) {
        const offset = await store.offsetAt(log, LONG_AGO + ms);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(stamps.length);
      }
      expect(await store.offsetAt(log, LONG_AGO)).toBe(0);
      await commit(store, log, 'x');
      const fork = await createOpenLog(store, { fork: { source: log, at: at(stamps.length) } });
      expectRising(await readTimes(store, fork, START, 1));
      expect(await admin.xlen(key)).toBe(stamps.length + 2);
    }));

  it('come with rising news also if an older node lets them go back', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store, { first: { chunks: bytes('a') } });
      const heard = new Heard<LogNews>();
      const stop = store.watch(log, at(1), heard.listener);
      const key = bytesKey(log.id, log.generation, 1);
      for (let end = 2; heard.all.filter(({ kind }) => kind === 'bytes').length < 3; end += 1)
        await admin.xadd(key, `${end}-${LONG_AGO - end}`, 'd', 'x');
      stop();
      expectRising(heard.all.map((news) => (news.kind === 'bytes' ? news.at : 0)).filter((time) => time > 0));
    }));
});

describe('a search for a time', () => {
  it('names the bytes that a sealed log has lost at its end, and finds the others', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLogOf(store, 'abc');
      await store.append(writer, at(3), bytes('def'));
      await seal(store, writer);
      const key = bytesKey(writer.log.id, writer.log.generation, 1);
      const last = await admin.xrevrange(key, '+', '-', 'COUNT', 2);
      await admin.xdel(key, ...last.map(([id]) => id));
      expect(await store.offsetAt(writer.log, 0)).toBe(0);
      const damaged = store.offsetAt(writer.log, Date.now() + HOUR);
      await expect(damaged).rejects.toMatchObject({ code: 'STORE_DAMAGED', lost: { from: 3, to: 6 } });
      await admin.del(key);
      await expect(store.offsetAt(writer.log, 0)).rejects.toMatchObject({ lost: { from: 0, to: 6 } });
    }));

  it('goes on at 0 if the byte stream of an open log is gone, and records the loss', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store, { first: { chunks: bytes('abc') } });
      await admin.del(bytesKey(log.id, log.generation, 1));
      expect(await store.offsetAt(log, Date.now() + HOUR)).toBe(0);
      expect(await infoOf(store, log.id)).toMatchObject({ tail: 0, losses: [{ from: 0, to: 3 }] });
    }));

  it('records first what Redis lost when it came back from an older snapshot', () =>
    withSnapshots(async ({ admin, open, goBack, save }) => {
      const store = await open();
      const log = await createOpenLog(store);
      await commit(store, log, 'AAAA ');
      await save();
      await commit(store, log, 'BBBB ');
      await goBack();
      expect(await store.offsetAt(log, Date.now() + HOUR)).toBe(5);
      const losses = await admin.hget(factsKey(log.id), 'losses');
      expect(JSON.parse(losses ?? '')).toMatchObject([{ from: 5, to: 10 }]);
    }));

  it('is refused by every node once the log is gone', () =>
    withRedis(async ({ admin, open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a, { first: { chunks: bytes('abc') } });
      await a.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
      for (const store of [a, b]) await expectCode(store.offsetAt(log, 0), 'LOG_GONE');
      const lost = await createOpenLog(a, { first: { chunks: bytes('abc') } });
      await readTimes(b, lost);
      await admin.flushall();
      for (const store of [a, b]) await expectCode(store.offsetAt(lost, 0), 'LOG_GONE');
    }));

  it('takes few probes, however many entries there are', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store);
      await forge(
        admin,
        log,
        Array.from({ length: 20_000 }, (_, i) => LONG_AGO + i),
      );
      for (const ms of [0, 1, 4_711, 19_998, 19_999, 20_000]) {
        await admin.config('RESETSTAT');
        expect(await store.offsetAt(log, LONG_AGO + ms)).toBe(ms);
        const [, calls = '0'] = /cmdstat_xrange:calls=(\d+)/.exec(await admin.info('commandstats')) ?? [];
        expect(Number(calls)).toBeLessThanOrEqual(15);
      }
    }));
});

/** Gives a log without bytes one byte for each stamp, as if it had been stored then. */
async function forge(admin: Surroundings['admin'], log: LogRef, stamps: readonly number[]): Promise<string> {
  const key = bytesKey(log.id, log.generation, 1);
  await admin.del(key);
  await admin.xadd(key, `0-${LONG_AGO}`, 'c', '1');
  const pipeline = admin.pipeline();
  for (const [i, stamp] of stamps.entries()) pipeline.xadd(key, `${i + 1}-${stamp}`, 'd', 'x');
  await pipeline.exec();
  return key;
}
