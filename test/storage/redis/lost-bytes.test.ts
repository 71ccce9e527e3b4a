import { Redis } from 'ioredis';
import type { LogRef } from '../../../src/core/log/log';
import { type Loss, wireGeneration } from '../../../src/core/log/loss';
import { type Offset, START } from '../../../src/core/log/offset';
import type { LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { commit, createOpenLog } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, attach, bytes, createLog, expectCode, infoOf, textOf } from '../../contract/logs';
import { openRedisStore } from '../../support/open-stores';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { startTcpProxy } from '../../support/tcp-proxy';
import { startTcpSwitch } from '../../support/tcp-switch';
import { IMPATIENT_MS } from './impatient';
import { withRedis } from './with-redis';
import { withSnapshots } from './with-snapshots';

describe('a Redis restored from an older snapshot', () => {
  it('the next append of an attached producer fails and names the lost bytes', () =>
    withSnapshots(async ({ open, goBack, save }) => {
      const alarm = jest.fn();
      const store = await open({ alarm });
      const writer = await createLog(store);
      await store.append(writer, START, bytes('AAAA '));
      await save();
      await store.append(writer, at(5), bytes('BBBB '));
      await goBack();
      const append = store.append(writer, at(10), bytes('CCCC '));
      await expect(append).rejects.toMatchObject({
        code: 'STORE_DAMAGED',
        message: expect.stringMatching(/5 to 10/),
      });
      expect(await lossesOf(store, writer.log)).toEqual([{ number: 1, from: 5, to: 10 }]);
      const again = await attach(store, writer.log);
      await store.append(again, at(5), bytes('DDDD '));
      expect(await textOf(store, writer.log)).toBe('AAAA DDDD ');
      const { id, generation } = writer.log;
      expect(alarm.mock.calls).toEqual([[expect.any(String), { id, generation, from: 5, to: 10 }]]);
    }));

  it('a loss is recorded while the memory of Redis is full', () =>
    withSnapshots(async ({ open, admin, goBack, save }) => {
      const store = await open({ patience: IMPATIENT_MS, commandTimeout: IMPATIENT_MS });
      const log = await createOpenLog(store);
      await commit(store, log, 'AAAA ');
      await save();
      await commit(store, log, 'BBBB ');
      await goBack(async () => void (await admin.config('SET', 'maxmemory', 1)));
      expect(await lossesOf(store, log)).toEqual([{ number: 1, from: 5, to: 10 }]);
      expect(await textOf(store, log)).toBe('AAAA ');
    }));

  it('followers on two nodes get the loss once, even after others wrote past the lost bytes', () =>
    withSnapshots(async ({ open, openNear, goBack, save }) => {
      const alarm = jest.fn();
      const [one, other] = [await open({ alarm }), await open({ alarm })];
      const writer = await createLog(one);
      await one.append(writer, START, bytes('AAAA '));
      await save();
      await one.append(writer, at(5), bytes('BBBB '));
      const followers = [one, other].map((store) => follower(store, writer.log, START));
      await Promise.all(followers.map((heard) => heard.untilCount(1)));
      await goBack(async () => {
        const near = await openNear();
        const late = await attach(near, writer.log);
        await near.append(late, at(5), bytes('CCCC '));
        await near.append(late, at(10), bytes('DDDD '));
        await near.close();
      });
      for (const heard of followers) {
        await heard.until((all) => all.some(({ kind }) => kind === 'lost'));
        expect(heard.all.at(-1)).toMatchObject({ kind: 'lost', loss: { number: 1, from: 5, to: 10 } });
        const chunks = heard.all.flatMap((news) => (news.kind === 'bytes' ? news.chunks : []));
        expect(Buffer.concat(chunks).toString()).not.toMatch(/CCCC|DDDD/);
      }
      for (const store of [one, other]) {
        expect(await lossesOf(store, writer.log)).toEqual([{ number: 1, from: 5, to: 10 }]);
        expect(wireGeneration(await infoOf(store, writer.log.id))).toBe(`${writer.log.generation}.1`);
        expect(await textOf(store, writer.log)).toBe('AAAA CCCC DDDD ');
      }
      expect(alarm).toHaveBeenCalledTimes(1);
    }));

  it('a commit fails after a loss, and a second loss gets the next number', () =>
    withSnapshots(async ({ open, goBack, save }) => {
      const store = await open();
      const log = await createOpenLog(store);
      await commit(store, log, 'AAAA ');
      await save();
      for (const number of [1, 2]) {
        await commit(store, log, 'BBBB ');
        await goBack();
        await expectCode(commit(store, log, 'CCCC '), 'STORE_DAMAGED');
        expect((await lossesOf(store, log)).at(-1)).toEqual({ number, from: 5, to: 10 });
      }
      await commit(store, log, 'DDDD ');
      expect(await textOf(store, log)).toBe('AAAA DDDD ');
    }));

  it('info names the loss before any other request', () =>
    withSnapshots(async ({ open, goBack, save }) => {
      const store = await open();
      const writer = await createLog(store);
      await store.append(writer, START, bytes('AAAA '));
      await save();
      await store.append(writer, at(5), bytes('BBBB '));
      await goBack();
      expect(await lossesOf(store, writer.log)).toEqual([{ number: 1, from: 5, to: 10 }]);
    }));

  it('an append is fenced if another producer with the same epoch has written in its place', () =>
    withSnapshots(async ({ open, openNear, goBack, save }) => {
      const store = await open();
      const { log } = await createLog(store);
      await save();
      const writer = await attach(store, log);
      await goBack(async () => {
        const near = await openNear();
        const late = await attach(near, log);
        expect(late.epoch).toBe(writer.epoch);
        await near.append(late, START, bytes('THEIRS'));
      });
      await expectCode(store.append(writer, START, bytes('OURS')), 'LOG_FENCED');
      expect(await textOf(store, log)).toBe('THEIRS');
    }));
});

describe('a Redis restarted without a loss', () => {
  it('followers and producers continue without a loss after restarts of Redis', () =>
    withRedis(
      async ({ redis, open }) => {
        const alarm = jest.fn();
        const [store, other] = [await open({ alarm }), await open({ alarm })];
        const writer = await createLog(store);
        const followers = [store, other].map((node) => follower(node, writer.log, START));
        let tail: Offset = START;
        for (let round = 0; round < 3; round += 1) {
          for (let i = 0; i < 20; i += 1) tail = await store.append(writer, tail, bytes(`line ${i}\n`));
          await redis.kill('SIGKILL');
          await redis.restart();
        }
        tail = await store.append(writer, tail, bytes('last'));
        for (const heard of followers) {
          await heard.until((all) => endOf(all) === tail || all.some(({ kind }) => kind === 'moved'));
          expect(heard.all.filter(({ kind }) => kind === 'lost')).toEqual([]);
        }
        expect((await infoOf(store, writer.log.id)).losses).toBeUndefined();
        expect(alarm).not.toHaveBeenCalled();
      },
      { persistence: 'always' },
    ));
});

describe('a lagging replica that is promoted', () => {
  const servers: RedisServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('a loss is found although the former master still answers', async () => {
    const master = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
    servers.push(master);
    const between = await startTcpProxy(master.port);
    const replica = await startRedisServer({ args: ['--replicaof', '127.0.0.1', String(between.port)] });
    servers.push(replica);
    const [atMaster, atReplica] = [new Redis(master.port), new Redis(replica.port)];
    const balancer = await startTcpSwitch(master.port);
    const store = await openRedisStore(`redis://127.0.0.1:${balancer.port}`, { nodeLease: IMPATIENT_MS });
    const other = await openRedisStore(`redis://127.0.0.1:${balancer.port}`, { nodeLease: IMPATIENT_MS });
    try {
      const writer = await createLog(store);
      await store.append(writer, START, bytes('AAAA '));
      await atMaster.set('now', 'replicated');
      while ((await atMaster.wait(1, 100)) < 1);
      between.mode('hold');
      await store.append(writer, at(5), bytes('BBBB '));
      const followers = [store, other].map((node) => follower(node, writer.log, START));
      await Promise.all(followers.map((heard) => heard.untilCount(1)));
      await atReplica.call('REPLICAOF', 'NO', 'ONE');
      balancer.to(replica.port);
      // Only the connections for commands are lost. Blocking reads would wait at the former master forever.
      await atMaster.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await expectCode(store.append(writer, at(10), bytes('CCCC ')), 'STORE_DAMAGED');
      for (const heard of followers) await heard.until((all) => all.some(({ kind }) => kind === 'lost'));
      expect(await lossesOf(other, writer.log)).toEqual([{ number: 1, from: 5, to: 10 }]);
    } finally {
      await Promise.all([store.close(), other.close()]);
      atMaster.disconnect();
      atReplica.disconnect();
      await Promise.all([balancer.close(), between.close()]);
    }
  });
});

function follower(store: LogStore, log: LogRef, from: Offset): Heard<LogNews> {
  const heard = new Heard<LogNews>();
  store.watch(log, from, heard.listener);
  return heard;
}

function endOf(all: readonly LogNews[]): number {
  const last = all.findLast((news) => news.kind === 'bytes');
  return last?.kind === 'bytes' ? last.from + last.chunks.reduce((sum, { length }) => sum + length, 0) : 0;
}

async function lossesOf(store: LogStore, { id }: LogRef): Promise<Omit<Loss, 'at'>[]> {
  const { losses = [] } = await infoOf(store, id);
  return losses.map(({ at: _, ...loss }) => loss);
}
