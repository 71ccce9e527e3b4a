import { once } from 'node:events';
import { connect } from 'node:net';
import type { CommitResult, LogRef } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import type { LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { AMPLE, commit, createOpenLog, mark, remove } from '../../contract/commits';
import { Heard } from '../../contract/heard';
import { at, attach, createLog, expectCode, infoOf, textOf } from '../../contract/logs';
import { follow } from '../../support/follow';
import { PATIENCE_MS } from '../../support/patience';
import type { TcpProxy } from '../../support/tcp-proxy';
import { IMPATIENT_MS } from './impatient';
import { retried } from './retried';
import { withRedis } from './with-redis';

describe('commits whose replies are lost', () => {
  it.each([
    ['without a producer', () => ({})],
    ['of a producer', (round: number) => ({ producer: mark(round) })],
    ['with a sequence', (round: number) => ({ sequence: `${round}` })],
    ['that seals', (round: number) => (round === 4 ? { seal: { kind: 'complete' } as const } : {})],
  ])('a commit %s is stored once and returns its result when its reply is lost', (_, restOf) =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const log = await createOpenLog(other);
      for (let round = 0; round < 5; round += 1) {
        const stored = heardOn(other, log, round * 8);
        swallowRepliesFrom(proxy, `round-${round}`);
        const committing = commit(store, log, `round-${round};`, restOf(round));
        await stored.untilCount(1);
        stored.stop();
        proxy.mode('pass');
        proxy.cut();
        expect(await committing).toMatchObject({ how: 'stored', tail: (round + 1) * 8 });
      }
      expect(await textOf(other, log)).toBe('round-0;round-1;round-2;round-3;round-4;');
    }),
  );

  it('a commit is stored once when its request arrives again later', () =>
    withRedis(async ({ redis, openByProxy }) => {
      const { store, proxy } = await openByProxy();
      const log = await createOpenLog(store);
      // From now on the script is known to Redis, and a commit is one small piece.
      await commit(store, log, 'zeroth;');
      const sent: Buffer[] = [];
      proxy.onRequest((piece) => {
        if (piece.includes('first;')) sent.push(piece);
      });
      await commit(store, log, 'first;');
      await sendAgain(redis.port, sent);
      await commit(store, log, 'second;');
      await sendAgain(redis.port, sent);
      expect(await textOf(store, log)).toBe('zeroth;first;second;');
    }));

  it('a commit fails after its patience; its retry is a duplicate, and queued commits are not stored', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy({ commandTimeout: IMPATIENT_MS, patience: IMPATIENT_MS });
      const log = await createOpenLog(store);
      const stored = heardOn(other, log, 0);
      proxy.mode('swallow');
      const first = commit(store, log, 'first;', { producer: mark(0) });
      await stored.untilCount(1);
      stored.stop();
      const waiting = commit(store, log, 'second;');
      await Promise.all([first, waiting].map((promise) => expectCode(promise, 'STORE_UNAVAILABLE')));
      proxy.mode('pass');
      proxy.cut();
      const again = await retried(() => commit(store, log, 'first;', { producer: mark(0) }));
      expect(again).toMatchObject({ how: 'duplicate', tail: 6 });
      expect(await textOf(other, log)).toBe('first;');
    }));
});

describe('commits of several nodes', () => {
  it('commits of three nodes to one log are all stored, each once and at the returned offset', () =>
    withRedis(async ({ open }) => {
      const nodes = [await open(), await open(), await open()];
      const [node = unreachable()] = nodes;
      const log = await createOpenLog(node);
      const followed = nodes.map((store) => followedText(store, log));
      const placed: { text: string; tail: number }[] = [];
      await Promise.all(
        Array.from({ length: 24 }, async (_, caller) => {
          const store = nodes[caller % 3] ?? unreachable();
          for (let i = 0; i < 40; i += 1) {
            const text = `${caller}:${i};`;
            const producer = caller % 2 === 0 ? { producer: mark(i, 0, `p${caller}`) } : {};
            const { how, tail } = await commit(store, log, text, producer);
            expect(how).toBe('stored');
            placed.push({ text, tail });
          }
        }),
      );
      await commit(node, log, '', { seal: { kind: 'complete' } });
      const whole = await textOf(node, log);
      for (const { text, tail } of placed) expect(whole.slice(tail - text.length, tail)).toBe(text);
      expect(whole.length).toBe(placed.reduce((sum, { text }) => sum + text.length, 0));
      for (const text of await Promise.all(followed)) expect(text).toBe(whole);
    }));

  it.each([
    ['a seal', 'LOG_SEALED', (store: LogStore, log: LogRef): Promise<unknown> => seal(store, log)],
    ['an attach', 'LOG_BUSY', (store: LogStore, log: LogRef): Promise<unknown> => attach(store, log)],
    ['a removal', 'LOG_GONE', (store: LogStore, log: LogRef): Promise<unknown> => remove(store, log)],
  ] as const)('commits before %s on another node are stored, and later ones are refused', (_, code, end) =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      for (let round = 0; round < 20; round += 1) {
        const log = await createOpenLog(a);
        const following = Promise.allSettled([followedText(b, log)]);
        const commits = Array.from({ length: 20 }, async (_, i) => {
          if (i >= 10) await new Promise(setImmediate);
          return commit(a, log, `${i};`);
        });
        const results = Promise.allSettled(commits);
        if (round % 2 === 0) await new Promise(setImmediate);
        await end(b, log);
        const tails: number[] = [];
        for (const result of await results) {
          if (result.status === 'fulfilled') tails.push(result.value.tail);
          else expect(result.reason).toMatchObject({ code });
        }
        if (code === 'LOG_BUSY') {
          const { epoch, tail } = await infoOf(b, log.id);
          expect(tail).toBe(Math.max(0, ...tails));
          await b.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
        }
        const [followed] = await following;
        if (followed.status === 'fulfilled') expect(followed.value).toHaveLength(Math.max(0, ...tails));
        else expect(followed.reason).toMatchObject({ code: 'LOG_GONE' });
      }
    }),
  );

  it('commits reach a follower after the writer was released, and the writer can no longer append', () =>
    withRedis(async ({ open }) => {
      const [a, b, c] = [await open(), await open(), await open()];
      const writer = await createLog(b);
      const { log, epoch } = writer;
      const seen = new Heard<string>();
      const content = followedText(c, log, seen);
      // What comes after the first news comes by the follower's standing read.
      await b.append(writer, START, [Buffer.from('by the ')]);
      await seen.until((all) => all.join('') === 'by the ');
      await b.append(writer, at(7), [Buffer.from('writer;')]);
      await seen.until((all) => all.join('') === 'by the writer;');
      await b.change(log, { kind: 'release', epoch, state: 'open' });
      for (let i = 0; i < 10; i += 1) await commit(a, log, `${i};`);
      await seen.until((all) => all.join('').endsWith('9;'));
      const late = b.append(writer, at(14), [Buffer.from('late, and longer than the commits')]);
      await expectCode(late, 'LOG_FENCED');
      await seal(a, log);
      expect(await content).toBe('by the writer;0;1;2;3;4;5;6;7;8;9;');
    }));

  it('a watcher on another node gets the bytes of a commit', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a);
      const heard = heardOn(b, log, 0);
      // The watch is in force once it has brought something.
      while (!heard.all.some(({ kind }) => kind === 'bytes')) await commit(a, log, '.');
      await commit(a, log, 'the bytes themselves');
      await heard.until((all) => all.some((news) => textIn(news).includes('themselves')));
      heard.stop();
    }));
});

describe('commits while Redis fails', () => {
  it('commits continue after Redis has lost its scripts', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store);
      for (const text of ['one;', 'two;', 'three;']) {
        await Promise.all([commit(store, log, text), commit(store, log, text)]);
        await admin.script('FLUSH');
      }
      const sealed = { seal: { kind: 'complete' } } as const;
      expect(await commit(store, log, 'end', sealed)).toMatchObject({ how: 'stored', tail: 31 });
      expect(await textOf(store, log)).toBe('one;one;two;two;three;three;end');
    }));

  it('acknowledged commits are stored once each after kills of Redis', () =>
    withRedis(
      async ({ redis, open }) => {
        const nodes = [await open({ patience: PATIENCE_MS }), await open({ patience: PATIENCE_MS })];
        const [node = unreachable()] = nodes;
        const log = await createOpenLog(node);
        let isStopped = false;
        const progress = new Heard<number>();
        const running = Array.from({ length: 16 }, async (_, caller) => {
          const store = nodes[caller % 2] ?? unreachable();
          let i = 0;
          for (; !isStopped; i += 1) {
            const rest = caller < 8 ? { producer: mark(i, 0, `p${caller}`) } : {};
            await commit(store, log, `${caller}:${i};`, rest);
            progress.listener(i);
          }
          return i;
        });
        for (let round = 1; round <= 3; round += 1) {
          await progress.untilCount(round * 500);
          await redis.kill('SIGKILL');
          await redis.restart();
        }
        await progress.untilCount(2_000);
        isStopped = true;
        const counts = await Promise.all(running);
        const found = (await textOf(node, log)).split(';').slice(0, -1);
        for (const [caller, count] of counts.entries()) {
          const own = found.filter((text) => text.startsWith(`${caller}:`));
          expect(own).toEqual(Array.from({ length: count }, (_, i) => `${caller}:${i}`));
        }
      },
      { persistence: 'always' },
    ));

  it('a commit fails if acknowledged bytes are lost, and the next one continues at the tail', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store);
      await commit(store, log, 'kept');
      await commit(store, log, 'lost');
      // As a replica would look that was promoted before it had the last entry.
      const [key = ''] = await admin.keys(`loom:*:bytes:${log.generation}:*`);
      const [[last = ''] = []] = await admin.xrevrange(key, '+', '-', 'COUNT', 1);
      await admin.xdel(key, last);
      await expectCode(commit(store, log, 'more'), 'STORE_DAMAGED');
      expect(await commit(store, log, ' again')).toMatchObject({ tail: 10 });
      expect(await textOf(store, log)).toBe('kept again');
    }));

  it('commits fail while the memory of Redis is full, but the log can be sealed and read', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 3_600_000 } });
      await commit(store, log, 'kept');
      await admin.config('SET', 'maxmemory', 1);
      const producer = mark(0);
      const refused = [commit(store, log, 'x'), commit(store, log, 'y', { producer })];
      const sealing = seal(store, log);
      for (const promise of refused) await expectCode(promise, 'STORE_FULL');
      expect(await sealing).toMatchObject({ how: 'stored', tail: 4, isSealed: true });
      await store.change(log, { kind: 'touch' });
      expect(await textOf(store, log)).toBe('kept');
    }));

  it('a commit beyond waitingBytesMax fails while Redis is stopped', () =>
    withRedis(async ({ redis, open }) => {
      const store = await open({
        commandTimeout: IMPATIENT_MS,
        patience: PATIENCE_MS,
        waitingBytesMax: 1_000_000,
      });
      const log = await createOpenLog(store);
      await redis.kill('SIGSTOP');
      const piece = [Buffer.alloc(300_000, 'x')];
      const waiting = Array.from({ length: 3 }, () => store.commit(log, { chunks: piece }, AMPLE));
      await expectCode(store.commit(log, { chunks: piece }, AMPLE), 'STORE_UNAVAILABLE');
      await redis.kill('SIGCONT');
      const tails = (await Promise.all(waiting)).map(({ tail }) => tail);
      expect(tails).toEqual([300_000, 600_000, 900_000]);
      expect((await infoOf(store, log.id)).tail).toBe(900_000);
      expect(await store.commit(log, { chunks: piece }, AMPLE)).toMatchObject({ tail: 1_200_000 });
    }));
});

function heardOn(store: LogStore, log: LogRef, seen: number): Heard<LogNews> & { stop(): void } {
  const heard = new Heard<LogNews>();
  return Object.assign(heard, { stop: store.watch(log, at(seen), heard.listener) });
}

/** Once a request with this in it has passed, what Redis answers is lost. */
function swallowRepliesFrom(proxy: TcpProxy, text: string): void {
  proxy.onRequest((piece) => {
    if (!piece.includes(text)) return;
    proxy.onRequest(undefined);
    proxy.mode('swallow');
  });
}

/** Sends requests as they were sent before, and waits for the answer. */
async function sendAgain(port: number, requests: readonly Buffer[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.concat(requests));
  await once(socket, 'data');
  socket.destroy();
}

function seal(store: LogStore, log: LogRef): Promise<CommitResult> {
  return commit(store, log, '', { seal: { kind: 'complete' } });
}

async function followedText(store: LogStore, log: LogRef, seen = new Heard<string>()): Promise<string> {
  for await (const page of follow(store, log, START, AbortSignal.timeout(PATIENCE_MS)))
    seen.listener(Buffer.concat([...page.chunks]).toString());
  return seen.all.join('');
}

function textIn(news: LogNews): string {
  return news.kind === 'bytes' ? Buffer.concat([...news.chunks]).toString() : '';
}

function unreachable(): never {
  throw new Error('there are as many nodes as were opened');
}
