import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { LogInfo, LogInit, LogRef } from '../../src/core/log/log';
import type { LogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import type { LifecycleEvent, LogNews } from '../../src/core/store/news';
import type { LogStore } from '../../src/core/store/store';
import { inTime } from '../support/in-time';
import { PATIENCE_MS } from '../support/patience';
import { AMPLE, commit, createOpenLog, mark, remove } from './commits';
import { Heard } from './heard';
import {
  at,
  attach,
  bytes,
  createLogOf,
  expectCode,
  infoOf,
  listAll,
  readAll,
  textOf,
  uniqueId,
} from './logs';
import { hasReached } from './news';
import type { Subject } from './store.contract';

/** How long a store may take to free an id after the last fork is gone. */
const FREED_MS = PATIENCE_MS;

export function describeForking(subject: Subject): void {
  function fork(source: LogRef, offset: number, init: Partial<LogInit> = {}, id?: LogId): Promise<LogInfo> {
    return createOpenLog(subject.store, { ...init, fork: { source, at: at(offset) } }, id);
  }

  async function sourceOf(text: string): Promise<LogInfo> {
    return createOpenLog(subject.store, { first: { chunks: bytes(text) } });
  }

  it('a fork holds the first bytes of its source', async () => {
    const { store } = subject;
    const source = await sourceOf('abcdef');
    const log = await fork(source, 4);
    const { id, generation } = source;
    expect(log).toMatchObject({
      state: 'open',
      tail: 4,
      epoch: 1,
      forkedFrom: { source: { id, generation }, at: 4 },
    });
    expect(Object.keys(log.forkedFrom?.source ?? {}).sort()).toEqual(['generation', 'id']);
    expect(Object.keys(log)).not.toEqual(expect.arrayContaining(['fork']));
    expect(await infoOf(store, log.id)).toEqual(log);
    expect(await textOf(store, log)).toBe('abcd');
    expect(log.generation).not.toBe(source.generation);
  });

  it.each([0, 6])('a fork at offset %d holds the bytes before it', async (offset) => {
    const source = await sourceOf('abcdef');
    const log = await fork(source, offset);
    expect(await textOf(subject.store, log)).toBe('abcdef'.slice(0, offset));
    expect(await commit(subject.store, log, 'X')).toMatchObject({ tail: offset + 1 });
    expect(await textOf(subject.store, log)).toBe(`${'abcdef'.slice(0, offset)}X`);
  });

  it('a fork has the losses that it is given, and no others', async () => {
    const source = await sourceOf('abcdef');
    const losses = [{ number: 3, from: at(2), to: at(2), at: 1 }];
    const log = await fork(source, 4, { losses });
    expect((await infoOf(subject.store, log.id)).losses).toEqual(losses);
    expect((await infoOf(subject.store, source.id)).losses).toBeUndefined();
  });

  it('a fork and its source change independently', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const log = await fork(source, 2);
    await commit(store, source, 'source');
    await commit(store, log, 'fork');
    await commit(store, source, '', { seal: { kind: 'complete' } });
    expect(await textOf(store, source)).toBe('abcsource');
    expect(await textOf(store, log)).toBe('abfork');
    expect((await infoOf(store, log.id)).state).toBe('open');
    const heard = new Heard<LogNews>();
    const stop = store.watch(log, at(6), heard.listener);
    await commit(store, log, '!');
    await heard.until(hasReached(7));
    stop();
  });

  it('a fork may begin with bytes of its own, and may be sealed with them', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const log = await fork(source, 2, { first: { chunks: bytes('XY'), seal: { kind: 'complete' } } });
    expect(log).toMatchObject({ tail: 4, state: 'closed' });
    expect(await readAll(store, log)).toEqual({ bytes: Buffer.from('abXY'), end: { kind: 'complete' } });
  });

  it('a fork of a sealed log is open', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    await commit(store, source, '', { seal: { kind: 'complete' } });
    const log = await fork(source, 3);
    expect(log.state).toBe('open');
    expect(await commit(store, log, 'd')).toMatchObject({ tail: 4 });
  });

  it('a fork has neither the producers nor the sequence of its source', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    await commit(store, source, 'd', { producer: mark(0), sequence: '9' });
    const log = await fork(source, 4);
    await expectCodeOfProducer(log);
    expect(await commit(store, log, 'e', { producer: mark(0), sequence: '1' })).toMatchObject({
      how: 'stored',
    });

    async function expectCodeOfProducer(ref: LogRef): Promise<void> {
      await expect(commit(store, ref, 'x', { producer: mark(1) })).rejects.toMatchObject({
        code: 'PRODUCER_GAP',
      });
    }
  });

  it('a fork of a log with a producer holds the bytes stored so far', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abc');
    const log = await fork(writer.log, 3);
    expect(await store.append(writer, at(3), bytes('def'))).toBe(6);
    expect(await textOf(store, log)).toBe('abc');
    expect(await textOf(store, await fork(writer.log, 5))).toBe('abcde');
  });

  it('a producer can write to a fork', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const log = await fork(source, 2);
    const writer = await attach(store, log);
    expect(await store.append(writer, at(2), bytes('XYZ'))).toBe(5);
    expect(await textOf(store, log)).toBe('abXYZ');
  });

  it('a fork of 5 MB holds every byte', async () => {
    const { store } = subject;
    const source = await createOpenLog(store);
    const pieces = Array.from({ length: 5 }, () => randomBytes(1_000_003));
    for (const piece of pieces) await store.commit(source, { chunks: [piece] }, AMPLE);
    const whole = Buffer.concat(pieces);
    for (const offset of [whole.length, whole.length - 1, 2_500_000, 1_000_003]) {
      const log = await fork(source, offset);
      expect((await readAll(store, log)).bytes.equals(whole.subarray(0, offset))).toBe(true);
    }
  });

  it('a fork emits a lifecycle event, is listed, and is refused if its id exists', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const heard = new Heard<LifecycleEvent>();
    const stop = store.lifecycle(heard.listener);
    const log = await fork(source, 3);
    await heard.until((all) => all.some((event) => event.kind === 'created' && event.log.id === log.id));
    stop();
    expect(await listAll(store, { limit: 10, prefix: log.id })).toEqual([log]);
    await expectCode(fork(source, 2, {}, log.id), 'LOG_EXISTS');
    await expectCode(fork(source, 2, {}, source.id), 'LOG_EXISTS');
    expect(await textOf(store, log)).toBe('abc');
  });

  it('a fork may replace another log, even its source', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const init = { contentType: 'text/plain', fork: { source, at: at(2) } };
    const { info, replaced } = await store.create(source.id, init, 'replace');
    expect(replaced).toBe(true);
    expect(await textOf(store, info)).toBe('ab');
    await remove(store, info);
    await untilFree(store, source.id);
  });

  it('one of ten concurrent forks to one id succeeds', async () => {
    const { store } = subject;
    const source = await sourceOf('abc');
    const id = uniqueId();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => fork(source, i % 4, {}, id)),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await textOf(store, await infoOf(store, id))).toBe('abc'.slice(0, won[0]?.value.tail));
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'LOG_EXISTS' });
    // The nine that lost do not retire the source.
    await remove(store, await infoOf(store, id));
    await remove(store, source);
    await untilFree(store, source.id);
  });

  describe('a refused fork', () => {
    it('a fork beyond the tail of its source is refused', async () => {
      const source = await sourceOf('abc');
      const id = uniqueId();
      await expect(fork(source, 4, {}, id)).rejects.toBeInstanceOf(RangeError);
      expect(await subject.store.info(id)).toBeUndefined();
    });

    it('a fork of a missing log or another generation is refused', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      await expectCode(fork({ ...source, id: uniqueId() }, 0), 'LOG_NOT_FOUND');
      await store.create(source.id, { contentType: 'text/plain' }, 'replace');
      await expectCode(fork(source, 0), 'LOG_NOT_FOUND');
      await remove(store, await infoOf(store, source.id));
      await expectCode(fork(source, 0), 'LOG_NOT_FOUND');
    });

    it('a fork of an expired log is refused', async () => {
      const source = await createOpenLog(subject.store, { expiry: { kind: 'at', at: Date.now() - 1 } });
      await expectCode(fork(source, 0), 'LOG_NOT_FOUND');
    });

    it('a fork of a retired log is refused', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      await fork(source, 3);
      await remove(store, source);
      await expectCode(fork(source, 3), 'LOG_RETIRED');
    });
  });

  describe('a removed source', () => {
    it('the source is retired while a fork of it exists, and its id is free afterwards', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      const forks = [await fork(source, 2), await fork(source, 3)];
      await remove(store, source);
      await expectRetired(source);
      for (const [i, log] of forks.entries()) {
        expect(await textOf(store, log)).toBe('abc'.slice(0, 2 + i));
        expect(await commit(store, log, 'more')).toMatchObject({ how: 'stored' });
        await expectRetired(source);
        await remove(store, log);
      }
      await untilFree(store, source.id);
      const { info } = await store.create(source.id, { contentType: 'text/plain' }, 'new');
      expect(await textOf(store, info)).toBe('');
    });

    it('the id of the source is free at once if its forks were removed first', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      await remove(store, await fork(source, 2));
      expect(await textOf(store, source)).toBe('abc');
      await remove(store, source);
      await untilFree(store, source.id);
    });

    it('the source ends for watchers, in lists and in lifecycle events', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      await fork(source, 2);
      const news = new Heard<LogNews>();
      const heard = new Heard<LifecycleEvent>();
      const stops = [store.watch(source, at(3), news.listener), store.lifecycle(heard.listener)];
      await remove(store, source);
      await news.until(hasReached(3, { kind: 'deleted' }));
      await heard.until((all) => all.some((event) => event.kind === 'ended' && event.log.id === source.id));
      expect(await listAll(store, { limit: 10, prefix: source.id })).toEqual([]);
      for (const stop of stops) stop();
    });

    it('an expired source is retired as well', async () => {
      const { store } = subject;
      const { moment, done } = await inTime(async (moment) => {
        const expiry = { kind: 'at', at: moment } as const;
        const source = await createOpenLog(store, { expiry, first: { chunks: bytes('abc') } });
        return { source, log: await fork(source, 2) };
      });
      const { source, log } = done;
      while (Date.now() <= moment) await new Promise((resolve) => setTimeout(resolve, 10));
      await expectRetired(source);
      await store.change(source, { kind: 'remove', outcome: { kind: 'expired' }, expiredAt: Date.now() });
      await expectRetired(source);
      expect(await textOf(store, log)).toBe('ab');
      await remove(store, log);
      await untilFree(store, source.id);
    });

    it('a whole chain of retired sources is free once the last fork is removed', async () => {
      const { store } = subject;
      const chain = [await sourceOf('abcdefgh')];
      for (let i = 0; i < 4; i += 1) {
        const source = chain.at(-1);
        if (source !== undefined) chain.push(await fork(source, 8 - i));
      }
      const last = chain.pop();
      if (last === undefined) throw new Error('there is no chain');
      // In no particular order: what is retired keeps its own source.
      for (const i of [1, 0, 3, 2]) {
        const log = chain[i];
        if (log !== undefined) await remove(store, log);
      }
      for (const log of chain) await expectRetired(log);
      expect(await textOf(store, last)).toBe('abcde');
      await remove(store, last);
      for (const log of chain) await untilFree(store, log.id);
    });

    it('a chain is freed only up to a log that still exists', async () => {
      const { store } = subject;
      const first = await sourceOf('abc');
      const second = await fork(first, 3);
      const third = await fork(second, 3);
      await remove(store, first);
      await remove(store, third);
      await expectRetired(first);
      expect(await textOf(store, second)).toBe('abc');
      await remove(store, second);
      await untilFree(store, first.id);
    });

    it('a source that was replaced is not retired', async () => {
      const { store } = subject;
      const source = await sourceOf('abc');
      const log = await fork(source, 2);
      const { info } = await store.create(source.id, { contentType: 'text/plain' }, 'replace');
      expect(await textOf(store, log)).toBe('ab');
      await remove(store, info);
      await untilFree(store, source.id);
      await remove(store, log);
      expect(await store.info(source.id)).toBeUndefined();
    });
  });

  it('a fork that races with the removal of its source is complete or refused, and the id gets free', async () => {
    const { store } = subject;
    for (let round = 0; round < 10; round += 1) {
      const source = await sourceOf('abcdef');
      const [removed, ...forked] = await Promise.allSettled([
        remove(store, source),
        ...[2, 3, 4].map((offset) => fork(source, offset)),
      ]);
      expect(removed.status).toBe('fulfilled');
      for (const result of forked) {
        if (result.status === 'rejected') expect(result.reason.code).toMatch(/^LOG_(NOT_FOUND|RETIRED)$/);
        else {
          expect(await textOf(store, result.value)).toBe('abcdef'.slice(0, result.value.tail));
          await remove(store, result.value);
        }
      }
      await untilFree(store, source.id);
    }
  });

  it('concurrent removals of a source and its forks free all ids', async () => {
    const { store } = subject;
    for (let round = 0; round < 10; round += 1) {
      const first = await sourceOf('abcdef');
      const second = await fork(first, 5);
      const others = [await fork(first, 4), await fork(second, 3), await fork(second, 5)];
      const all = [first, second, ...others];
      await Promise.all(all.map((log) => remove(store, log)));
      for (const log of all) await untilFree(store, log.id);
    }
  });

  it('a fork at any offset of any log of a tree holds exactly the bytes before it', async () => {
    const growth = fc.record({
      of: fc.nat(100),
      place: fc.integer({ min: 0, max: 1_000 }),
      own: fc.uint8Array({ maxLength: 60 }),
      more: fc.uint8Array({ minLength: 1, maxLength: 60 }),
      removed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(growth, { minLength: 1, maxLength: 8 }), async (steps) => {
        const { store } = subject;
        const living = [{ log: await sourceOf('0123456789'), content: Buffer.from('0123456789') }];
        const gone: LogInfo[] = [];
        for (const { of, place, own, more, removed } of steps) {
          const source = living[of % living.length];
          if (source === undefined) break;
          const offset = Math.floor((place * source.content.length) / 1_000);
          const log = await fork(source.log, offset, { first: { chunks: [Buffer.from(own)] } });
          await store.commit(log, { chunks: [Buffer.from(more)] }, AMPLE);
          living.push({ log, content: Buffer.concat([source.content.subarray(0, offset), own, more]) });
          if (!removed) continue;
          await remove(store, source.log);
          living.splice(living.indexOf(source), 1);
          gone.push(source.log);
        }
        for (const { log, content } of living) {
          expect((await readAll(store, log)).bytes.equals(content)).toBe(true);
        }
        for (const { log } of living) await remove(store, log);
        for (const log of gone) await untilFree(store, log.id);
      }),
      { numRuns: 20 },
    );
  });

  async function expectRetired(log: LogInfo): Promise<void> {
    const { store } = subject;
    await expectCode(store.info(log.id), 'LOG_RETIRED');
    for (const mode of ['new', 'replace'] as const)
      await expectCode(store.create(log.id, { contentType: 'text/plain' }, mode), 'LOG_RETIRED');
    await expectCode(store.read(log, START, 10), 'LOG_GONE');
    await expectCode(commit(store, log, 'x'), 'LOG_GONE');
    await expectCode(remove(store, log), 'LOG_GONE');
  }
}

/** Resolves once nothing is left of the id. A store that keeps a source and its forks in different places may need a janitor's round. */
async function untilFree(store: LogStore, id: LogId): Promise<void> {
  const late = Date.now() + FREED_MS;
  for (;;) {
    try {
      expect(await store.info(id)).toBeUndefined();
      return;
    } catch (error) {
      if (Date.now() > late) throw error;
    }
    await store.due({ kind: 'expired', now: Date.now() }, 32);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
