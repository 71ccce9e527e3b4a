import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type LogRef, writerOf } from '../../../src/core/log/log';
import { type Offset, START } from '../../../src/core/log/offset';
import type { LifecycleEvent, LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { Heard } from '../../contract/heard';
import {
  at,
  attach,
  bytes,
  createLog,
  createLogOf,
  expectCode,
  infoOf,
  readAll,
  seal,
  textOf,
} from '../../contract/logs';
import { follow } from '../../support/follow';
import { PATIENCE_MS } from '../../support/patience';
import { IMPATIENT_MS } from './impatient';
import { withRedis } from './with-redis';

describe('two nodes on one Redis', () => {
  it('a follower reads all bytes that the other node appends, up to the end', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const writer = await createLog(a);
      const followed = followAll(b, writer.log);
      const content = randomBytes(300_000);
      let tail = START;
      for (let from = 0; from < content.length; from += 10_000)
        tail = await a.append(writer, tail, [content.subarray(from, from + 10_000)]);
      await seal(a, writer);
      expect((await followed).equals(content)).toBe(true);
    }));

  it('a watcher gets the bytes that the other node appends, and one end', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const writer = await createLogOf(a, 'abc');
      const heard = watch(b, writer.log, at(3));
      // The watch is active once it has delivered bytes: before that it may only wake its reader.
      let tail = at(3);
      while (!heard.all.some(({ kind }) => kind === 'bytes')) tail = await a.append(writer, tail, bytes('.'));
      const told = heard.all.length;
      const end = await a.append(writer, tail, bytes('the bytes themselves'));
      await heard.until((all) => all.slice(told).some((news) => textIn(news).includes('themselves')));
      await seal(a, writer);
      await heard.until((all) => all.some(({ kind }) => kind === 'ended'));
      expect(heard.all.filter(({ kind }) => kind === 'ended')).toEqual([
        { kind: 'ended', at: end, outcome: { kind: 'complete' } },
      ]);
      heard.stop();
    }));

  it('each node gets every event once and lists the logs of both', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const heard = [a, b].map((store) => {
        const events = new Heard<LifecycleEvent>();
        store.lifecycle(events.listener);
        return events;
      });
      const first = await createLog(a);
      const second = await createLog(b);
      await seal(a, first);
      for (const events of heard) {
        await events.until((all) => all.some(({ kind }) => kind === 'ended') && all.length >= 3);
        expect(events.all.filter(({ log }) => log.id === first.log.id).map(({ kind }) => kind)).toEqual([
          'created',
          'ended',
        ]);
        expect(events.all).toHaveLength(3);
      }
      for (const store of [a, b]) {
        const { logs } = await store.list({ limit: 10 });
        expect(logs.map(({ id }) => id)).toEqual([second.log.id, first.log.id]);
      }
    }));

  it('an attach on one node fences the writer of the other, even with an append in flight', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      for (let round = 0; round < 30; round += 1) {
        const old = await createLogOf(a, 'base');
        const inFlight = a.append(old, at(4), [Buffer.alloc(100_000, 'o')]).then(
          () => true,
          (error) => {
            expect(error).toMatchObject({ code: 'LOG_FENCED' });
            return false;
          },
        );
        const attached = await b.change(old.log, { kind: 'attach', graceMs: 1 });
        expect(attached.tail).toBe((await inFlight) ? 100_004 : 4);
        await expectCode(a.append(old, attached.tail, bytes('late')), 'LOG_FENCED');
        await b.append(writerOf(attached), attached.tail, bytes('new'));
        expect((await infoOf(a, old.log.id)).tail).toBe(attached.tail + 3);
        expect((await readAll(a, old.log)).bytes.subarray(-3).toString()).toBe('new');
      }
    }));

  it('followers get all bytes while the writer moves between the nodes', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const first = await createLog(a);
      const followed = [a, b].map((store) => followAll(store, first.log));
      let writer = first;
      let tail = START;
      const whole: Buffer[] = [];
      for (const store of [a, b, a, b, b]) {
        if (whole.length > 0) writer = await attach(store, first.log);
        for (let i = 0; i < 20; i += 1) {
          const chunk = randomBytes(1_000);
          whole.push(chunk);
          tail = await store.append(writer, tail, [chunk]);
        }
        if (whole.length % 40 === 0)
          await store.change(first.log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
      }
      await seal(b, writer);
      const expected = Buffer.concat(whole);
      for (const content of await Promise.all(followed)) expect(content.equals(expected)).toBe(true);
    }));

  it('a watcher ends when the other node removes its log', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const writer = await createLogOf(a, 'abc');
      const heard = watch(b, writer.log, at(3));
      await a.change(writer.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await heard.until((all) => all.some(({ kind }) => kind === 'ended' || kind === 'moved'));
      await expectCode(b.read(writer.log, at(3), 100), 'LOG_GONE');
      heard.stop();
    }));

  it('the logs of a silent node are interrupted, and its writer is fenced when the node returns', () =>
    withRedis(async ({ open, openByProxy }) => {
      const survivor = await open({ nodeLease: IMPATIENT_MS });
      const { store: sleeper, proxy } = await openByProxy({
        nodeLease: IMPATIENT_MS,
        commandTimeout: IMPATIENT_MS,
      });
      const graceMs = 60_000;
      const writer = await createLog(sleeper, { graceMs });
      await sleeper.append(writer, START, bytes('kept'));
      const own = await createLog(survivor);
      const events = new Heard<LifecycleEvent>();
      survivor.lifecycle(events.listener);
      proxy.mode('hold');

      await events.until((all) => all.some(({ kind }) => kind === 'released'));
      expect(events.all).toEqual([
        { log: writer.log, kind: 'released', epoch: writer.epoch, state: 'interrupted' },
      ]);
      const info = await infoOf(survivor, writer.log.id);
      expect(info).toMatchObject({ state: 'interrupted', tail: 4 });
      // If the survivor itself is slow, the grace starts again.
      const due = await survivor.due({ kind: 'overdue', now: Date.now() + 2 * graceMs }, 10);
      expect(due.map(({ id }) => id)).toEqual([writer.log.id]);
      expect((await infoOf(survivor, own.log.id)).state).toBe('open');

      proxy.mode('pass');
      await expectCode(sleeper.append(writer, at(4), bytes('late')), 'LOG_FENCED');
      expect(await textOf(survivor, writer.log)).toBe('kept');
      const again = await attach(sleeper, writer.log);
      expect(await sleeper.append(again, at(4), bytes(' and on'))).toBe(11);
    }));

  it('writers keep their logs after Redis was away for longer than a lease', () =>
    withRedis(async ({ redis, open }) => {
      const nodeLease = IMPATIENT_MS;
      const stores = [await open({ nodeLease }), await open({ nodeLease })];
      const writers = await Promise.all(stores.map((store) => createLog(store)));
      await redis.kill('SIGSTOP');
      await delay(2 * nodeLease);
      await redis.kill('SIGCONT');
      await delay(2 * nodeLease);
      for (const [i, store] of stores.entries()) {
        const writer = writers[i];
        if (writer === undefined) throw new Error('every node has a writer');
        expect(await store.append(writer, START, bytes('on'))).toBe(2);
      }
    }));

  it('a node that closes interrupts its logs at once', () =>
    withRedis(async ({ open }) => {
      const [staying, leaving] = [await open(), await open()];
      const { log } = await createLog(leaving);
      await leaving.close();
      expect((await infoOf(staying, log.id)).state).toBe('interrupted');
    }));
});

async function followAll(store: LogStore, log: LogRef): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const page of follow(store, log, START, AbortSignal.timeout(PATIENCE_MS)))
    chunks.push(...page.chunks);
  return Buffer.concat(chunks);
}

function watch(store: LogStore, log: LogRef, seen: Offset): Heard<LogNews> & { stop(): void } {
  const heard = new Heard<LogNews>();
  return Object.assign(heard, { stop: store.watch(log, seen, heard.listener) });
}

function textIn(news: LogNews): string {
  return news.kind === 'bytes' ? Buffer.concat([...news.chunks]).toString() : '';
}
