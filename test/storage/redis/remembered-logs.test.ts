import { setImmediate as nextTurn, setTimeout as pauseFor } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { segmentOf, wireGeneration } from '../../../src/core/log/loss';
import { START } from '../../../src/core/log/offset';
import { partitionOf } from '../../../src/redis/partitions';
import { verifyRecentLogs } from '../../../src/storage/redis/read/verify-recent-logs';
import { bytesKey, factsKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, attach, bytes, createLog, infoOf, textOf } from '../../contract/logs';
import { PATIENCE_MS } from '../../support/patience';
import { type Surroundings, withRedis } from './with-redis';
import { withSnapshots } from './with-snapshots';

/** The ids of the logs that an alarm was raised for. */
class Alarms extends Heard<string> {
  readonly alarm = (_: string, details?: object): void => {
    const { id } = { id: '', ...details };
    this.listener(id);
  };

  raisedFor(...logs: readonly LogRef[]): Promise<void> {
    return this.until((all) => logs.every(({ id }) => all.includes(id)));
  }
}

describe('a Redis set back under two nodes', () => {
  it('a node finds losses in the logs that it wrote and read, without a request', () =>
    withSnapshots(async ({ open, goBack, save }) => {
      const alarms = new Alarms();
      const [one, other] = [await open(alarms), await open()];
      const [written, read] = [await createOpenLog(one), await createOpenLog(other)];
      const left = await createLog(one);
      await commit(one, written, 'AAAA ');
      await commit(other, read, 'AAAA ');
      await one.append(left, START, bytes('AAAA '));
      await one.change(left.log, { kind: 'release', epoch: left.epoch, state: 'open' });
      await save();
      const again = await attach(one, left.log);
      await one.append(again, at(5), bytes('BBBB '));
      await one.change(left.log, { kind: 'release', epoch: again.epoch, state: 'open' });
      await commit(one, written, 'BBBB ');
      await commit(other, read, 'BBBB ');
      expect(await textOf(one, read)).toBe('AAAA BBBB ');
      await other.close();
      await goBack();
      await alarms.raisedFor(written, read, left.log);
      const third = await open();
      for (const log of [written, read, left.log]) {
        for (const text of ['CCCC ', 'DDDD '])
          await commit(third, log, text).catch(() => commit(third, log, text));
        const info = await infoOf(third, log.id);
        expect(info.losses).toMatchObject([{ number: 1, from: 5, to: 10 }]);
      }
    }));

  it('a loss in a sealed log is found after another node has sealed it again', () =>
    withSnapshots(async ({ open, openNear, goBack, save }) => {
      const store = await open();
      const logs = [await createOpenLog(store), await createOpenLog(store), await createOpenLog(store)];
      for (const log of logs) await commit(store, log, 'SSSSS');
      await save();
      for (const log of logs) await commit(store, log, 'TTTTT', { seal: { kind: 'complete' } });
      await goBack(async () => {
        const near = await openNear();
        for (const [i, log] of logs.entries())
          await commit(near, log, 'UUUUUUU'.slice(2 * i), { seal: { kind: 'complete' } });
        await near.close();
      });
      for (const [i, log] of logs.entries()) {
        const info = await infoOf(store, log.id);
        expect(info.losses).toMatchObject([{ number: 1, from: 5, to: 10 }]);
        expect(wireGeneration(info)).toBe(`${log.generation}.1`);
        expect(segmentOf(info, at(8))).toBe(1);
        expect(await textOf(store, log)).toBe(`SSSSS${'UUUUUUU'.slice(2 * i)}`);
      }
    }));

  it('a loss of the initial bytes of a log is found although others have taken their place', () =>
    withRedis(async ({ admin, openByProxy, open }) => {
      const alarms = new Alarms();
      const { store, proxy } = await openByProxy(alarms);
      const log = await createOpenLog(store, { first: { chunks: bytes('AAAA') } });
      const key = bytesKey(log.id, log.generation, 1);
      proxy.mode('hold');
      const [last] = await admin.xrevrange(key, '+', '-', 'COUNT', 1);
      await admin.xdel(key, last?.[0] ?? '');
      await admin.xadd(key, '4-9999999999999', 'd', 'BBBB');
      proxy.cut();
      proxy.mode('pass');
      await alarms.raisedFor(log);
      const other = await open();
      expect((await infoOf(other, log.id)).losses).toMatchObject([{ number: 1, from: 0, to: 4 }]);
    }));

  it('a node checks a log again that was sealed before the offset that the node knows', () =>
    withRedis(async ({ admin, open }) => {
      const alarms = new Alarms();
      const [one, other] = [await open(alarms), await open()];
      const log = await createOpenLog(one);
      await commit(one, log, 'AAAA ');
      const restore = await kept(admin, log);
      await commit(one, log, 'BBBB ');
      await restore();
      await commit(other, log, 'CC', { seal: { kind: 'complete' } });
      await alarms.raisedFor(log);
      expect((await infoOf(other, log.id)).losses).toMatchObject([{ number: 1, from: 5, to: 10 }]);
    }));

  it('a node that knows more of the lost bytes extends the recorded loss', () =>
    withRedis(async ({ admin, open, openByProxy }) => {
      const alarms = new Alarms();
      const [one, { store: other, proxy }] = [await open(), await openByProxy(alarms)];
      const log = await createOpenLog(one);
      await commit(one, log, 'AAAA ');
      const restore = await kept(admin, log);
      await commit(other, log, 'BBB');
      await commit(one, log, 'CC');
      await restore();
      proxy.cut();
      await alarms.raisedFor(log);
      const deadline = Date.now() + PATIENCE_MS;
      const lossOf = async (): Promise<unknown> => (await infoOf(other, log.id)).losses?.[0]?.to;
      while ((await lossOf()) !== 10 && Date.now() < deadline);
      expect((await infoOf(other, log.id)).losses).toMatchObject([{ number: 1, from: 5, to: 10 }]);
    }));
});

describe('a Redis that lost nothing', () => {
  it('each remembered log is verified once after a lost connection, and no log changes', () =>
    withRedis(async ({ admin, openByProxy }) => {
      const alarm = jest.fn();
      const { store, proxy } = await openByProxy({ alarm });
      const logs: LogRef[] = [];
      for (let i = 0; i < 100; i += 1) {
        const log = await createOpenLog(store);
        await commit(store, log, 'AAAA ');
        logs.push(log);
      }
      await admin.config('RESETSTAT');
      proxy.cut();
      while ((await scriptsRun(admin)) < logs.length) await pauseFor(10);
      expect(await scriptsRun(admin)).toBeLessThan(1.2 * logs.length);
      for (const log of logs) expect(await textOf(store, log)).toBe('AAAA ');
      expect(alarm).not.toHaveBeenCalled();
    }));
});

type Admin = Surroundings['admin'];

/** @returns what puts the facts and the bytes of a log back to what they are now, while all nodes stay connected */
async function kept(admin: Admin, { id, generation }: LogRef): Promise<() => Promise<void>> {
  const keys = [factsKey(id), bytesKey(id, generation, 1)];
  const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
  return async () => {
    for (const [i, key] of keys.entries()) await admin.restore(key, 0, dumps[i] ?? '', 'REPLACE');
  };
}

async function scriptsRun(admin: Admin): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
}

describe('the verification of remembered logs', () => {
  it('a partition that does not answer delays no log of another partition', async () => {
    const logs = Array.from({ length: 400 }, (_, n) => ({ id: parseLogId(`log-${n}`), generation: `${n}` }));
    const [first] = logs;
    const isAway = (log: LogRef): boolean => partitionOf(log.id) === partitionOf(first?.id ?? log.id);
    const verified = new Set<LogRef>();
    const stopping = new AbortController();
    let begin = (): void => {};
    verifyRecentLogs(
      {
        sessionNumber: 1,
        corked: (send) => send(),
        sessions: {
          onBegin: (began) => {
            begin = began;
          },
        },
      },
      {
        unverified: () => logs.filter((log) => !verified.has(log)),
        verifyInBackground: async (log) => {
          if (isAway(log)) await new Promise(() => {});
          verified.add(log);
        },
      },
      { explain: async (_, error) => error },
      stopping.signal,
    );
    begin();
    const others = logs.filter((log) => !isAway(log));
    expect(others.length).toBeLessThan(logs.length);
    for (let turn = 0; turn < 1_000 && verified.size < others.length; turn += 1) await nextTurn();
    expect(verified.size).toBe(others.length);
    stopping.abort();
  });
});
