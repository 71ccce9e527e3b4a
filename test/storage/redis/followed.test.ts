import { setTimeout as delay } from 'node:timers/promises';
import { START } from '../../../src/core/log/offset';
import type { LogNews } from '../../../src/core/store/news';
import { Heard } from '../../contract/heard';
import { at, bytes, createLog, createLogOf, seal } from '../../contract/logs';
import { type Surroundings, withRedis } from './with-redis';

const FOLLOWED = 500;

describe('followed logs', () => {
  it('followed logs share connections, get their own bytes, and close the connections at the end', () =>
    withRedis(async ({ admin, open }) => {
      const [a, b] = [await open(), await open()];
      const writers = await Promise.all(Array.from({ length: FOLLOWED }, () => createLog(a)));
      const alone = await connectionsOf(admin);
      const heard = writers.map(({ log }) => {
        const news = new Heard<LogNews>();
        return Object.assign(news, { stop: b.watch(log, START, news.listener) });
      });
      await untilBlocked(admin, (blocked) => blocked > FOLLOWED / 32);
      await Promise.all(writers.map((writer, i) => a.append(writer, START, bytes(`to ${i}`))));
      await Promise.all(heard.map((news) => news.untilCount(1)));
      for (const [i, news] of heard.entries()) {
        const told = news.all.flatMap((item) =>
          item.kind === 'bytes' ? [Buffer.concat([...item.chunks])] : [],
        );
        // If a log was located only after its append, its watcher is woken without bytes.
        if (told.length > 0) expect(Buffer.concat(told).toString()).toBe(`to ${i}`);
      }
      expect((await connectionsOf(admin)) - alone).toBeLessThanOrEqual(16 + FOLLOWED / 16);

      for (const [i, news] of heard.entries()) if (i % 25 !== 0) news.stop();
      await untilBlocked(admin, (blocked) => blocked <= 4 + 2);
      for (const news of heard) news.stop();
      await untilBlocked(admin, (blocked) => blocked === 2);
    }));

  it('a watcher on the node of the writer needs no connection', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLog(store);
      const alone = await connectionsOf(admin);
      const heard = new Heard<LogNews>();
      const stop = store.watch(writer.log, START, heard.listener);
      await store.append(writer, START, bytes('abc'));
      await heard.untilCount(1);
      expect(heard.all).toEqual([{ kind: 'bytes', from: 0, chunks: bytes('abc'), at: expect.any(Number) }]);
      expect(await connectionsOf(admin)).toBe(alone);
      stop();
    }));

  it('a watcher gets the end of its log after its connections were cut', () =>
    withRedis(async ({ open, openByProxy }) => {
      const a = await open();
      const { store: b, proxy } = await openByProxy();
      const writer = await createLogOf(a, 'abc');
      const heard = new Heard<LogNews>();
      const stop = b.watch(writer.log, at(3), heard.listener);
      let tail = at(3);
      while (!heard.all.some(({ kind }) => kind === 'bytes')) tail = await a.append(writer, tail, bytes('.'));
      proxy.mode('hold');
      proxy.cut();
      await a.append(writer, tail, bytes('while away'));
      await seal(a, writer);
      const told = heard.all.length;
      proxy.mode('pass');
      proxy.cut();
      await heard.until((all) => all.slice(told).some(({ kind }) => kind === 'ended'));
      stop();
    }));
});

async function connectionsOf(admin: Surroundings['admin']): Promise<number> {
  return (await clients(admin)).length;
}

/** Waits until so many connections wait in a blocking command. */
async function untilBlocked(
  admin: Surroundings['admin'],
  isEnough: (count: number) => boolean,
): Promise<void> {
  for (;;) {
    const blocked = (await clients(admin)).filter((line) => / flags=\S*b/.test(line)).length;
    if (isEnough(blocked)) return;
    await delay(20);
  }
}

async function clients(admin: Surroundings['admin']): Promise<string[]> {
  return String(await admin.client('LIST'))
    .trim()
    .split('\n');
}
