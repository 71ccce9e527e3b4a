import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { LARGE_PAGE_BYTES, PAGE_BYTES } from '../../src/core/follow/page-size';
import { type ReadOptions, readToTail } from '../../src/core/follow/read-to-tail';
import { LogError } from '../../src/core/log/errors';
import type { LogRef, Writer } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { LogStore, Page } from '../../src/core/store/store';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { type FollowedPage, follow } from '../support/follow';
import { createLog, createLogOf, ObservedStore } from './stores';

const NEVER = new AbortController().signal;

function at(offset: number): Offset {
  return advance(START, offset);
}

function seal(store: LogStore, { log, epoch }: Writer): Promise<unknown> {
  return store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
}

function remove(store: LogStore, log: LogRef): Promise<unknown> {
  return store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
}

function textOf(items: readonly { readonly chunks: readonly Buffer[] }[]): string {
  return Buffer.concat(items.flatMap(({ chunks }) => chunks)).toString();
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const result: Item[] = [];
  for await (const item of items) result.push(item);
  return result;
}

describe('readToTail', () => {
  it('a reader of an open log gets everything stored, without an end', async () => {
    const store = new MemoryStore();
    const { log } = await createLogOf(store, 'abcdef');
    const pages = await all(readToTail(store, log, at(2), NEVER));
    expect(textOf(pages)).toBe('cdef');
    expect(pages.some((page) => page.end)).toBe(false);
  });

  it('a reader at the tail gets nothing of an open log, and the end of a sealed one', async () => {
    const store = new MemoryStore();
    const writer = await createLogOf(store, 'abc');
    expect(await all(readToTail(store, writer.log, at(3), NEVER))).toEqual([]);
    await seal(store, writer);
    expect(await all(readToTail(store, writer.log, at(3), NEVER))).toEqual([
      { chunks: [], next: 3, end: { kind: 'complete' } },
    ]);
  });

  it('a reader with `withTimes` gets the times of the bytes up to where it ends', async () => {
    const store = new MemoryStore();
    const writer = await createLogOf(store, 'abc');
    await store.append(writer, at(3), [Buffer.from('def')]);
    const pages = await all(readToTail(store, writer.log, START, NEVER, { withTimes: true, until: at(5) }));
    expect(textOf(pages)).toBe('abcde');
    expect(pages.flatMap(({ times = [] }) => times.map(({ end }) => end))).toEqual([3, 5]);
    const [untimed] = await all(readToTail(store, writer.log, START, NEVER));
    expect(untimed?.times).toBeUndefined();
  });

  it('a reader requests at most one page ahead', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'x'.repeat(4 * PAGE_BYTES));
    const pages = readToTail(store, log, START, NEVER);
    await pages.next();
    await new Promise(setImmediate);
    expect(store.reads).toEqual([0, PAGE_BYTES]);
    await pages.next();
    await new Promise(setImmediate);
    expect(store.reads).toEqual([0, PAGE_BYTES, 2 * PAGE_BYTES]);
    await pages.return();
  });

  it('a fast reader gets large pages only if its options allow them', async () => {
    const log = await largeLog();
    expect(await readsOf(log, { mayUseLargePages: true })).toBeLessThan(
      LARGE_LOG_BYTES / LARGE_PAGE_BYTES + 4,
    );
    expect(await readsOf(log, {})).toBeGreaterThanOrEqual(LARGE_LOG_BYTES / PAGE_BYTES);
  });

  it.each(['leave', 'are cut', 'meet a failure'])(
    'large pages are free for other readers once those that held them %s',
    async (how) => {
      const log = await largeLog();
      const { store } = log;
      const cutting = new AbortController();
      const readers = Array.from({ length: 50 }, () =>
        readToTail(store, log.ref, START, cutting.signal, { mayUseLargePages: true }),
      );
      for (const reader of readers) for (let page = 0; page < 3; page++) await reader.next();
      if (how === 'are cut') cutting.abort();
      else if (how === 'meet a failure') {
        store.beforeRead = () => {
          throw new LogError('STORE_DAMAGED');
        };
      }
      if (how === 'leave') await Promise.all(readers.map((reader) => reader.return()));
      else await Promise.allSettled(readers.map((reader) => all(reader)));
      store.beforeRead = () => {};
      expect(await readsOf(log, { mayUseLargePages: true })).toBeLessThan(
        LARGE_LOG_BYTES / LARGE_PAGE_BYTES + 4,
      );
    },
  );

  it('a failed read-ahead causes no unhandled rejection after the reader has left', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'x'.repeat(2 * PAGE_BYTES));
    store.beforeRead = () => {
      if (store.reads.length > 1) throw new LogError('STORE_DAMAGED');
    };
    const pages = readToTail(store, log, START, NEVER);
    await pages.next();
    await pages.return();
    await new Promise(setImmediate); // An unhandled rejection would fail the run here.
    expect(store.reads).toHaveLength(2);
  });

  it('a reader stops exactly at its `until` offset, even if the store returns whole chunks', async () => {
    class WholeChunksStore extends MemoryStore {
      override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
        const pieces = await Promise.all([0, 7, 14].map((skip) => super.read(log, at(from + skip), 7)));
        const count = bytesMax <= 7 ? 1 : bytesMax <= 14 ? 2 : 3;
        const chunks = pieces.slice(0, count).flatMap((page) => page.chunks);
        return { chunks, next: pieces[count - 1]?.next ?? from };
      }
    }
    const store = new WholeChunksStore();
    const alphabet = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
    const { log } = await createLogOf(store, alphabet);
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.nat(60), async (from, until) => {
        const pages = await all(readToTail(store, log, at(from), NEVER, { until: at(until) }));
        expect(textOf(pages)).toBe(alphabet.slice(from, Math.max(from, until)));
        expect(pages.at(-1)?.next).toBe(until > from ? until : undefined);
      }),
    );
  });

  it('a reader retries while the store is unavailable', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    store.beforeRead = () => {
      if (store.reads.length <= 2) throw new LogError('STORE_UNAVAILABLE');
    };
    expect(textOf(await all(readToTail(store, log, START, NEVER)))).toBe('abc');
  });

  it('an abort ends the wait for an unavailable store', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const controller = new AbortController();
    const gone = new Error('gone');
    store.beforeRead = () => {
      queueMicrotask(() => controller.abort(gone));
      throw new LogError('STORE_UNAVAILABLE');
    };
    await expect(all(readToTail(store, log, START, controller.signal))).rejects.toBe(gone);
    expect(store.reads).toHaveLength(1);
  });

  it('a reader throws errors of the store that do not pass', async () => {
    const store = new MemoryStore();
    const { log } = await createLogOf(store, 'abc');
    await expect(all(readToTail(store, log, at(4), NEVER))).rejects.toBeInstanceOf(RangeError);
    await remove(store, log);
    await expect(all(readToTail(store, log, START, NEVER))).rejects.toMatchObject({ code: 'LOG_GONE' });
  });
});

describe('follow', () => {
  it.each([0, 1, 2, 3])('a follower of a sealed log gets the bytes from %i and the end', async (from) => {
    const store = new MemoryStore();
    const writer = await createLogOf(store, 'abc');
    await seal(store, writer);
    const items = await all(follow(store, writer.log, at(from), NEVER));
    expect(textOf(items)).toBe('abc'.slice(from));
    expect(items.at(-1)).toMatchObject({ next: 3, end: { kind: 'complete' } });
    expect(items.filter((item) => item.end)).toHaveLength(1);
  });

  it('a follower of an open log gets the stored bytes, each append, and the end', async () => {
    const store = new ObservedStore();
    const writer = await createLogOf(store, 'abc');
    const items = follow(store, writer.log, at(1), NEVER);
    expect(textOf([await taken(items)])).toBe('bc');
    for (const [i, letter] of ['d', 'e', 'f'].entries()) {
      const coming = taken(items);
      await store.untilWatched();
      await store.append(writer, at(3 + i), [Buffer.from(letter)]);
      expect(textOf([await coming])).toBe(letter);
    }
    const last = taken(items);
    await store.untilWatched();
    await seal(store, writer);
    expect(await last).toEqual({ chunks: [], next: 6, end: { kind: 'complete' } });
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect(store.watching).toBe(0);
  });

  it('the end of an aborted log has its reason', async () => {
    const store = new MemoryStore();
    const { log, epoch } = await createLogOf(store, 'abc');
    const outcome = { kind: 'aborted', reason: 'the producer was lost' } as const;
    await store.change(log, { kind: 'seal', epoch, outcome });
    expect((await all(follow(store, log, START, NEVER))).at(-1)?.end).toEqual(outcome);
  });

  it.each(['deleted', 'replaced'] as const)('a follower at the tail ends if the log is %s', async (kind) => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const items = follow(store, log, at(3), NEVER);
    const last = taken(items);
    await store.untilWatched();
    if (kind === 'deleted') await remove(store, log);
    else await store.create(log.id, { contentType: 'text/plain', graceMs: 1 }, 'replace');
    expect(await last).toEqual({ chunks: [], next: 3, end: { kind } });
    expect((await items.next()).done).toBe(true);
    expect(store.watching).toBe(0);
  });

  it('a follower with unread bytes throws when the log is removed', async () => {
    const store = new MemoryStore();
    const { log } = await createLogOf(store, 'x'.repeat(4 * PAGE_BYTES));
    const items = follow(store, log, START, NEVER);
    await taken(items);
    await remove(store, log);
    await expect(all(items)).rejects.toMatchObject({ code: 'LOG_GONE' });
  });

  it('a follower throws when the log is removed right after an append', async () => {
    const store = new ObservedStore();
    const writer = await createLogOf(store, 'abc');
    const last = taken(follow(store, writer.log, at(3), NEVER));
    await store.untilWatched();
    const append = store.append(writer, at(3), [Buffer.from('never read')]);
    await Promise.all([append, remove(store, writer.log)]);
    await expect(last).rejects.toMatchObject({ code: 'LOG_GONE' });
  });

  it('an abort during the wait removes the watcher and the listener', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const controller = new AbortController();
    const gone = new Error('gone');
    const waiting = taken(follow(store, log, at(3), controller.signal));
    await store.untilWatched();
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    expect(store.watching).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('a follower whose signal has already aborted reads nothing', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const gone = new Error('gone');
    await expect(all(follow(store, log, START, AbortSignal.abort(gone)))).rejects.toBe(gone);
    expect(store.reads).toEqual([]);
  });

  it('a follower that stops early leaves no watcher and no listener', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const controller = new AbortController();
    for await (const _ of follow(store, log, START, controller.signal)) break;
    expect(store.watching).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('a follower keeps one watcher and one listener through 50 appends', async () => {
    const store = new ObservedStore();
    const writer = await createLog(store);
    const controller = new AbortController();
    const items = follow(store, writer.log, START, controller.signal);
    for (let i = 0; i < 50; i += 1) {
      const coming = taken(items);
      await store.untilWatched();
      expect(store.watching).toBe(1);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
      await store.append(writer, at(i), [Buffer.from('x')]);
      await coming;
    }
    await items.return();
  });
});

async function taken(items: AsyncGenerator<FollowedPage, void>): Promise<FollowedPage> {
  const { value } = await items.next();
  if (value === undefined) throw new Error('it has ended');
  return value;
}

const LARGE_LOG_BYTES = 16 * LARGE_PAGE_BYTES;

interface ObservedLog {
  readonly store: ObservedStore;
  readonly ref: LogRef;
}

async function largeLog(): Promise<ObservedLog> {
  const store = new ObservedStore();
  const { log } = await createLogOf(store, 'x'.repeat(LARGE_LOG_BYTES));
  return { store, ref: log };
}

/** How many pages a fast reader asks for. */
async function readsOf({ store, ref }: ObservedLog, reach: ReadOptions): Promise<number> {
  const before = store.reads.length;
  for await (const _ of readToTail(store, ref, START, NEVER, reach)) {
    // It takes them, and does nothing with them.
  }
  return store.reads.length - before;
}
