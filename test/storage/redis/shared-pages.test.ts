import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { PAGE_BYTES } from '../../../src/core/follow/page-size';
import { advance, START } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { bytes, createLog, readAll, seal } from '../../contract/logs';
import { withRedis } from './with-redis';

const READERS = 8;
const CONTENT = randomBytes(16 * PAGE_BYTES);

describe('shared pages', () => {
  it('readers at the same time share the reads of a page', () =>
    withRedis(async ({ admin, open }) => {
      const { log } = await storedBy(await open());
      const reader = await open();
      const before = await reads(admin);
      const all = await Promise.all(Array.from({ length: READERS }, () => readAll(reader, log)));
      for (const read of all) expect(read.bytes.equals(CONTENT)).toBe(true);
      // One reader alone needs a few more than there are pages, as entries do not end where pages do.
      expect((await reads(admin)) - before).toBeLessThan((READERS / 2) * (CONTENT.length / PAGE_BYTES));
    }));

  it('each reader reads its own pages if sharedPages is 0', () =>
    withRedis(async ({ admin, open }) => {
      const { log } = await storedBy(await open());
      const reader = await open({ sharedPages: 0 });
      const before = await reads(admin);
      await Promise.all(Array.from({ length: READERS }, () => readAll(reader, log)));
      expect((await reads(admin)) - before).toBeGreaterThanOrEqual(READERS * (CONTENT.length / PAGE_BYTES));
    }));

  it('a shared page is gone with its log', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const { log } = await storedBy(store);
      const read = (): Promise<unknown> => store.read(log, START, PAGE_BYTES);
      // The first read locates the log.
      await read();
      const [one, other] = await Promise.all([read(), read()]);
      expect(one === other).toBe(true);
      await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await expect(read()).rejects.toMatchObject({ code: 'LOG_GONE' });
    }));

  it('a shared page never hides later appends', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const writer = await createLog(store);
      let tail = await store.append(writer, START, [CONTENT.subarray(0, PAGE_BYTES)]);
      for (let round = 0; round < 20; round += 1) {
        const from = advance(START, tail - 100);
        tail = await store.append(writer, tail, bytes(`line ${round}`));
        const pages = await Promise.all([1, 2, 3].map(() => store.read(writer.log, from, PAGE_BYTES)));
        expect(pages.map(({ next }) => next)).toEqual([tail, tail, tail]);
      }
    }));
});

async function storedBy(store: LogStore) {
  const writer = await createLog(store);
  let tail = START;
  for (let at = 0; at < CONTENT.length; at += PAGE_BYTES)
    tail = await store.append(writer, tail, [CONTENT.subarray(at, at + PAGE_BYTES)]);
  await seal(store, writer);
  return writer;
}

async function reads(admin: Redis): Promise<number> {
  return Number(/cmdstat_xrange:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
}
