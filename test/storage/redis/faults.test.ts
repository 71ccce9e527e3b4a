import { randomBytes } from 'node:crypto';
import type { Writer } from '../../../src/core/log/log';
import { type Offset, START } from '../../../src/core/log/offset';
import type { LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { bytesKey } from '../../../src/storage/redis/schema/keys';
import { Heard } from '../../contract/heard';
import { at, attach, bytes, createLog, expectCode, infoOf, readAll, seal, textOf } from '../../contract/logs';
import { PATIENCE_MS } from '../../support/patience';
import { reachableBytes } from '../../support/reachable-bytes';
import { IMPATIENT_MS } from './impatient';
import { retried } from './retried';
import { withRedis } from './with-redis';

describe('a store while Redis fails', () => {
  it.each([
    ['a small append', 100],
    ['an append of many entries', 400_000],
  ])('%s is stored once when its reply is lost', (_, size) =>
    withRedis(async ({ openByProxy }) => {
      const { store, proxy } = await openByProxy();
      const writer = await createLog(store);
      const content: Buffer[] = [];
      let tail = START;
      for (let round = 0; round < 5; round += 1) {
        const chunk = randomBytes(size);
        content.push(chunk);
        proxy.onRequest((piece) => {
          if (!piece.includes('XADD') && !piece.includes('xadd')) return;
          proxy.onRequest(undefined);
          proxy.mode('swallow');
          // Redis has the whole append by the time a piece sent after it has come back.
          setTimeout(() => {
            proxy.mode('pass');
            proxy.cut();
          }, 50);
        });
        tail = await store.append(writer, tail, [chunk]);
      }
      expect(tail).toBe(5 * size);
      await seal(store, writer);
      const stored = await readAll(store, writer.log);
      expect(stored.bytes.equals(Buffer.concat(content))).toBe(true);
      expect(stored.end).toEqual({ kind: 'complete' });
    }),
  );

  it('acknowledged appends survive a kill of Redis, and appends continue afterwards', () =>
    withRedis(
      async ({ redis, open }) => {
        const store = await open({ patience: PATIENCE_MS });
        const producers = await Promise.all(
          Array.from({ length: 4 }, async () => new Producer(store, await createLog(store))),
        );
        const running = producers.map((producer) => producer.run());
        for (let round = 0; round < 2; round += 1) {
          await Promise.all(producers.map((producer) => producer.untilAcknowledged(200_000)));
          await redis.kill('SIGKILL');
          await redis.restart();
        }
        await Promise.all(producers.map((producer) => producer.untilAcknowledged(200_000)));
        for (const producer of producers) producer.stop();
        await Promise.all(running);
        for (const { writer, sent } of producers) {
          const { bytes: stored } = await readAll(store, writer.log);
          expect(stored.equals(Buffer.concat(sent))).toBe(true);
        }
      },
      { persistence: 'always' },
    ));

  it('an append and a read fail when Redis comes back empty', () =>
    withRedis(async ({ redis, open }) => {
      const store = await open();
      const writer = await createLog(store);
      await store.append(writer, START, bytes('acknowledged'));
      await redis.kill('SIGKILL');
      await redis.restart();
      await expectCode(store.append(writer, at(12), bytes('more')), 'LOG_GONE');
      await expectCode(store.read(writer.log, START, 100), 'LOG_GONE');
    }));

  it('an append after lost bytes fails instead of leaving a hole', () =>
    withRedis(async ({ admin, openByProxy }) => {
      const { store, proxy } = await openByProxy();
      const writer = await createLog(store);
      await store.append(writer, START, bytes('kept'));
      await store.append(writer, at(4), bytes('lost'));
      // As a replica would look that was promoted before it had the last entry.
      const [key = ''] = await admin.keys('loom:*:bytes:*');
      const [[last = ''] = []] = await admin.xrevrange(key, '+', '-', 'COUNT', 1);
      await admin.xdel(key, last);
      proxy.cut();
      await expectCode(store.append(writer, at(8), bytes('more')), 'STORE_DAMAGED');
      expect(await textOf(store, writer.log)).toBe('kept');
      const again = await attach(store, writer.log);
      await store.append(again, at(4), bytes(' again'));
      expect(await textOf(store, writer.log)).toBe('kept again');
    }));

  it('an append waits for a stopped Redis, while info and ready fail soon', () =>
    withRedis(async ({ redis, open }) => {
      // The questions are answered although the append goes on waiting for an hour.
      const store = await open({ commandTimeout: IMPATIENT_MS, patience: 3_600_000 });
      const writer = await createLog(store);
      await store.append(writer, START, bytes('before'));
      const heard = new Heard<LogNews>();
      const stop = store.watch(writer.log, at(6), heard.listener);
      await redis.kill('SIGSTOP');
      const append = store.append(writer, at(6), [Buffer.alloc(200_000, 'x')]);
      await expectCode(store.info(writer.log.id), 'STORE_UNAVAILABLE');
      await expectCode(store.ready(), 'STORE_UNAVAILABLE');
      await redis.kill('SIGCONT');
      expect(await append).toBe(200_006);
      expect((await readAll(store, writer.log)).bytes.length).toBe(200_006);
      await heard.until((all) => all.some((news) => news.kind === 'bytes'));
      await store.ready();
      stop();
    }));

  it('requests to a stopped Redis do not accumulate in memory', () =>
    withRedis(async ({ redis, open }) => {
      const store = await open({ commandTimeout: IMPATIENT_MS, patience: IMPATIENT_MS });
      const writer = await createLog(store);
      await redis.kill('SIGSTOP');
      await expectCode(store.append(writer, START, [Buffer.alloc(500_000)]), 'STORE_UNAVAILABLE');
      const before = reachableBytes();
      for (let round = 0; round < 5; round += 1) {
        const asked = Array.from({ length: 400 }, () => store.info(writer.log.id));
        for (const answer of await Promise.allSettled(asked)) expect(answer.status).toBe('rejected');
      }
      expect(reachableBytes() - before).toBeLessThan(3_500_000);
      await redis.kill('SIGCONT');
      await expect(retried(() => infoOf(store, writer.log.id))).resolves.toMatchObject({ state: 'open' });
    }));

  it('an append fails after its patience, and its retry is stored once', () =>
    withRedis(async ({ openByProxy }) => {
      const { store, proxy } = await openByProxy({ commandTimeout: IMPATIENT_MS, patience: IMPATIENT_MS });
      const writer = await createLog(store);
      const content = randomBytes(150_000);
      // Redis stores the append, and its reply is lost.
      proxy.mode('swallow');
      await expectCode(store.append(writer, START, [content]), 'STORE_UNAVAILABLE');
      proxy.mode('pass');
      expect(await retried(() => store.append(writer, START, [content]))).toBe(150_000);
      expect((await readAll(store, writer.log)).bytes.equals(content)).toBe(true);
    }));

  it('an entry that arrives after the seal is refused', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLog(store);
      await store.append(writer, START, bytes('abc'));
      await seal(store, writer);
      const { log, epoch } = writer;
      const late = admin.xadd(bytesKey(log.id, log.generation, epoch), 'NOMKSTREAM', '7-1', 'd', 'late');
      await expect(late).rejects.toThrow(/exhausted/);
      expect(await textOf(store, log)).toBe('abc');
    }));

  it('a full Redis refuses appends without leaving a hole, and accepts them when it has room again', () =>
    withRedis(
      async ({ admin, open }) => {
        const store = await open({ patience: IMPATIENT_MS });
        const writer = await createLog(store);
        const content = randomBytes(400_000);
        let tail = START;
        const filling = async (): Promise<void> => {
          for (;;) tail = await store.append(writer, tail, [content]);
        };
        await expectCode(filling(), 'STORE_FULL');
        await admin.config('SET', 'maxmemory', 1);
        await expectCode(store.append(writer, tail, [content]), 'STORE_FULL');
        await expectCode(store.ready(), 'STORE_UNAVAILABLE');
        expect(await contentIsRepeated(store, writer, content)).toBe(tail);
        await admin.config('SET', 'maxmemory', '64mb');
        expect(await store.append(writer, tail, [content])).toBe(tail + content.length);
        expect(await contentIsRepeated(store, writer, content)).toBe(tail + content.length);
        await store.ready();
      },
      { args: ['--maxmemory', '12mb', '--maxmemory-policy', 'noeviction'] },
    ));

  it('a full Redis creates no log', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open({ patience: 100 });
      await admin.config('SET', 'maxmemory', 1);
      await expectCode(createLog(store), 'STORE_FULL');
      await admin.config('SET', 'maxmemory', 0);
      expect((await store.list({ limit: 10 })).logs).toEqual([]);
    }));

  it('a full Redis still seals, releases and attaches logs', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open({ patience: 100 });
      const writers = await Promise.all(Array.from({ length: 3 }, () => createLog(store)));
      const [sealed, released, fenced] = writers;
      if (!sealed || !released || !fenced) throw new Error('three were made');
      await admin.config('SET', 'maxmemory', 1);
      await expectCode(store.append(sealed, START, bytes('x')), 'STORE_FULL');
      await seal(store, sealed);
      const { log, epoch } = released;
      await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      await attach(store, fenced.log);
    }));
});

/** Appends pieces one after the other, and remembers what was acknowledged. */
class Producer {
  readonly sent: Buffer[] = [];
  #tail: Offset = START;
  #isStopped = false;
  #goal = 0;
  #reached: () => void = () => {};

  constructor(
    private readonly store: LogStore,
    readonly writer: Writer,
  ) {}

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const chunk = randomBytes(1 + Math.floor(Math.random() * 50_000));
      const tail = await this.store.append(this.writer, this.#tail, [chunk]);
      expect(tail).toBe(this.#tail + chunk.length);
      this.#tail = tail;
      this.sent.push(chunk);
      if (this.#tail >= this.#goal) this.#reached();
    }
  }

  /** Resolves once so many more bytes are acknowledged. */
  untilAcknowledged(more: number): Promise<void> {
    return new Promise((resolve) => {
      this.#goal = this.#tail + more;
      this.#reached = resolve;
    });
  }

  stop(): void {
    this.#isStopped = true;
  }
}

/** Reads a log that holds nothing but repetitions of `content`. @returns its length */
async function contentIsRepeated(store: LogStore, writer: Writer, content: Buffer): Promise<number> {
  const { bytes: stored } = await readAll(store, writer.log);
  for (let from = 0; from < stored.length; from += content.length)
    expect(stored.subarray(from, from + content.length).equals(content)).toBe(true);
  return stored.length;
}
