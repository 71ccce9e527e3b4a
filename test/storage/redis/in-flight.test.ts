import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Writer } from '../../../src/core/log/log';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { Link } from '../../../src/redis/link';
import { cutEntries } from '../../../src/storage/redis/schema/entries';
import { streamTarget } from '../../../src/storage/redis/schema/stream-target';
import { addEntries, addEntriesAfter } from '../../../src/storage/redis/write/xadd';
import { createLog, readAll } from '../../contract/logs';
import { withRedis } from './with-redis';

const STAMP = 1;
const LOG = streamTarget('log');

describe('appends in flight to Redis', () => {
  it('an append is stored only if the one before it made the stream as long as expected', () =>
    withLink(async (admin, link) => {
      await admin.xadd('log', '0-1', 'c', '');
      const first = cutEntries(START, [randomBytes(100_000)]);
      expect(await addEntries(link, LOG, first, STAMP)).toBe(5);
      const second = cutEntries(advance(START, 200_000), [randomBytes(100_000)]);
      // As when what should have come between was refused.
      await expect(addEntriesAfter(9, link, LOG, second, STAMP)).rejects.toThrow(
        'changed since the last confirmed append',
      );
      expect(await admin.xlen('log')).toBe(5);
      expect(await admin.keys('*')).toEqual(['log']);

      await addEntriesAfter(5, link, LOG, cutEntries(advance(START, 100_000), [randomBytes(100_000)]), STAMP);
      await addEntriesAfter(9, link, LOG, second, STAMP);
      expect(await admin.xlen('log')).toBe(13);
      expect(await admin.keys('*')).toEqual(['log']);
    }));

  it('an append to a stream that is gone is not stored', () =>
    withLink(async (admin, link) => {
      const entries = cutEntries(START, [randomBytes(100_000)]);
      await expect(addEntriesAfter(1, link, LOG, entries, STAMP)).rejects.toThrow(
        'changed since the last confirmed append',
      );
      expect(await admin.keys('*')).toEqual([]);
    }));

  it('appends leave no hole when Redis is full for one and has room for the next', () =>
    withRedis(
      async ({ admin, open }) => {
        const store = await open({ patience: 20_000 });
        const writer = await createLog(store);
        const producer = new Producer(store, writer);
        const running = producer.run(40);
        for (let round = 0; round < 30; round += 1) {
          await admin.config('SET', 'maxmemory', 1);
          await admin.config('SET', 'maxmemory', 0);
        }
        await running;
        await producer.expectStored();
        expect(await guardedAppends(admin)).toBeGreaterThan(5);
      },
      { args: ['--maxmemory-policy', 'noeviction'] },
    ));

  it('appends are stored once each, in order, over a connection that breaks repeatedly', () =>
    withRedis(async ({ admin, openByProxy }) => {
      const { store, proxy } = await openByProxy({ patience: 20_000 });
      const writer = await createLog(store);
      const producer = new Producer(store, writer);
      const running = producer.run(30);
      for (const after of [2, 3, 5, 8, 9, 12]) {
        await producer.untilAcknowledged(after);
        proxy.cut();
      }
      await running;
      await producer.expectStored();
      expect(await guardedAppends(admin)).toBeGreaterThan(5);
    }));
});

function withLink(test: (admin: Redis, link: Link) => Promise<void>): Promise<void> {
  return withRedis(async ({ admin }) => {
    const connection = admin.duplicate({ protocol: 2 });
    await connection.ping();
    const link = Link.adopt(connection, 1_000);
    try {
      await test(admin, link);
    } finally {
      connection.disconnect();
    }
  });
}

/** How many appends Redis was sent while the one before was under way: each has two scripts, which nothing else sends whole. */
async function guardedAppends(admin: Redis): Promise<number> {
  const [, calls = '0'] = /^cmdstat_eval:calls=(\d+)/m.exec(await admin.info('commandstats')) ?? [];
  return Number(calls) / 2;
}

/** Keeps as many appends under way as the store takes. */
class Producer {
  readonly #sent: Buffer[] = [];
  readonly #news = new EventTarget();
  #acknowledged = 0;

  constructor(
    private readonly store: LogStore,
    private readonly writer: Writer,
  ) {}

  async run(appends: number): Promise<void> {
    let tail: Offset = START;
    const underWay: Promise<void>[] = [];
    for (let index = 0; index < appends; index += 1) {
      if (underWay.length === this.store.appendsInFlight) await underWay.shift();
      const piece = randomBytes(100_000 + index);
      this.#sent.push(piece);
      underWay.push(this.store.append(this.writer, tail, [piece]).then(() => this.#note()));
      tail = advance(tail, piece.length);
    }
    await Promise.all(underWay);
  }

  async untilAcknowledged(count: number): Promise<void> {
    while (this.#acknowledged < count) await once(this.#news, 'acknowledged');
  }

  async expectStored(): Promise<void> {
    const { bytes } = await readAll(this.store, this.writer.log);
    expect(bytes.equals(Buffer.concat(this.#sent))).toBe(true);
  }

  #note(): void {
    this.#acknowledged += 1;
    this.#news.dispatchEvent(new Event('acknowledged'));
  }
}
