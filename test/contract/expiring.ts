import { type LogInfo, writerOf } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import type { DueQuery } from '../../src/core/store/due-query';
import type { LifecycleEvent, LogNews } from '../../src/core/store/news';
import { inTime } from '../support/in-time';
import { PATIENCE_MS } from '../support/patience';
import { commit, createOpenLog } from './commits';
import { Heard } from './heard';
import {
  at,
  attach,
  bytes,
  everyChange,
  expectCode,
  infoOf,
  listAll,
  nextMillisecond,
  readAll,
  textOf,
} from './logs';
import type { Subject } from './store.contract';

const EVERY = 1_000;
const HOUR = 3_600_000;
/** Soon enough for a test to wait for, and late enough for it to do something before. */
const SOON = 150;

export function describeExpiring(subject: Subject): void {
  async function isDue(query: DueQuery, id: string): Promise<boolean> {
    return (await subject.store.due(query, EVERY)).some((info) => info.id === id);
  }

  async function expired(): Promise<LogInfo> {
    const log = await createOpenLog(subject.store, {
      expiry: { kind: 'at', at: Date.now() + SOON },
      first: { chunks: bytes('abc') },
    });
    await untilExpired(log);
    return log;
  }

  it('a log without an expiry never expires', async () => {
    const log = await createOpenLog(subject.store);
    expect(Object.keys(log)).not.toEqual(expect.arrayContaining(['expiry']));
    expect(Object.keys(log)).not.toEqual(expect.arrayContaining(['expiresAt']));
    await subject.store.change(log, { kind: 'touch' });
    expect(await infoOf(subject.store, log.id)).toEqual(log);
    expect(await isDue({ kind: 'expired', now: Date.now() + 1_000 * HOUR }, log.id)).toBe(false);
  });

  it('the expiry and its time are kept as given', async () => {
    const { store } = subject;
    const moment = Date.now() + 5 * HOUR;
    const byTime = await createOpenLog(store, { expiry: { kind: 'at', at: moment } });
    expect(byTime).toMatchObject({ expiry: { kind: 'at', at: moment }, expiresAt: moment });
    const whenIdle = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: HOUR } });
    expect(whenIdle).toMatchObject({
      expiry: { kind: 'idle', ttlMs: HOUR },
      expiresAt: whenIdle.createdAt + HOUR,
    });
    for (const log of [byTime, whenIdle]) expect(await infoOf(store, log.id)).toEqual(log);
  });

  it('an expired log is absent everywhere before it is removed', async () => {
    const { store } = subject;
    const log = await expired();
    expect(await store.info(log.id)).toBeUndefined();
    await expectCode(store.read(log, START, 10), 'LOG_GONE');
    await expectCode(commit(store, log, 'x'), 'LOG_GONE');
    await expectCode(store.append(writerOf(log), at(3), bytes('x')), 'LOG_GONE');
    for (const change of everyChange(log.epoch)) await expectCode(store.change(log, change), 'LOG_GONE');
    await expectCode(store.change(log, { kind: 'touch' }), 'LOG_GONE');
    expect(await listAll(store, { limit: 100, prefix: log.id })).toEqual([]);
    const heard = new Heard<LogNews>();
    const stop = store.watch(log, at(3), heard.listener);
    await heard.untilCount(1);
    stop();
  });

  it('a sealed log expires as well', async () => {
    const { store } = subject;
    const log = await createOpenLog(store, {
      expiry: { kind: 'at', at: Date.now() + SOON },
      first: { chunks: bytes('abc'), seal: { kind: 'complete' } },
    });
    await untilExpired(log);
    expect(await store.info(log.id)).toBeUndefined();
    expect(await isDue({ kind: 'sealed', before: Date.now() + HOUR }, log.id)).toBe(false);
  });

  it.each(['new', 'replace'] as const)('an expired id is free for a creation with mode %s', async (mode) => {
    const { store } = subject;
    const log = await expired();
    const heard = new Heard<LifecycleEvent>();
    const stop = store.lifecycle(heard.listener);
    const { info, replaced } = await store.create(log.id, { contentType: 'text/new' }, mode);
    expect(replaced).toBe(false);
    expect(info.generation).not.toBe(log.generation);
    expect(await infoOf(store, log.id)).toEqual(info);
    expect(await readAll(store, info)).toEqual({ bytes: Buffer.alloc(0), end: undefined });
    await expectCode(store.read(log, START, 10), 'LOG_GONE');
    const mine = (): LifecycleEvent[] => heard.all.filter((event) => event.log.id === log.id);
    await heard.until(() => mine().length >= 2);
    expect(mine()).toMatchObject([
      { kind: 'ended', outcome: { kind: 'expired' }, log: { generation: log.generation } },
      { kind: 'created', log: { generation: info.generation } },
    ]);
    stop();
    expect(await isDue({ kind: 'expired', now: Date.now() + HOUR }, log.id)).toBe(false);
  });

  it('one of ten concurrent creations of an expired id succeeds', async () => {
    const { store } = subject;
    const log = await expired();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => store.create(log.id, { contentType: 'text/plain' }, 'new')),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'LOG_EXISTS' });
  });

  describe('a log with an idle TTL', () => {
    const TTL = 60_000;
    const LATEST = TTL + TTL / 10;

    it.each([
      ['a touch', (log: LogInfo) => subject.store.change(log, { kind: 'touch' })],
      ['a commit', (log: LogInfo) => commit(subject.store, log, 'x')],
      [
        'a commit that seals',
        (log: LogInfo) => commit(subject.store, log, '', { seal: { kind: 'complete' } }),
      ],
      [
        'an append',
        async (log: LogInfo) => subject.store.append(await attach(subject.store, log), START, bytes('x')),
      ],
    ] as const)('the expiry is extended by %s, by the whole TTL and at most a tenth more', async (_, act) => {
      const log = await createOpenLog(subject.store, { expiry: { kind: 'idle', ttlMs: TTL } });
      await nextMillisecond();
      const before = Date.now();
      await act(log);
      const after = Date.now();
      const { expiresAt = 0 } = await infoOf(subject.store, log.id);
      expect(expiresAt).toBeGreaterThanOrEqual(before + TTL);
      expect(expiresAt).toBeLessThanOrEqual(after + LATEST);
    });

    it('a log that is touched again and again lives until a TTL after the last touch', async () => {
      const { store } = subject;
      // On a machine with other work a touch may come too late: then a longer TTL is tried.
      for (let ttlMs = 600; ; ttlMs *= 2) {
        const last = await touchedFor(ttlMs);
        if (last === undefined) continue;
        await untilExpired(last);
        expect(await store.info(last.id)).toBeUndefined();
        return;
      }
    });

    /** Touches and reads a log for longer than its TTL. @returns it after the last touch; `undefined` if a touch came too late */
    async function touchedFor(ttlMs: number): Promise<LogInfo | undefined> {
      const { store } = subject;
      let touched = Date.now();
      const log = await createOpenLog(store, {
        expiry: { kind: 'idle', ttlMs },
        first: { chunks: bytes('abc'), seal: { kind: 'complete' } },
      });
      let last = log;
      for (const end = Date.now() + 1.7 * ttlMs; Date.now() < end; ) {
        const began = Date.now();
        try {
          last = await store.change(log, { kind: 'touch' });
          expect(await textOf(store, log)).toBe('abc');
        } catch (error) {
          if (Date.now() < touched + ttlMs) throw error;
          return undefined;
        }
        touched = began;
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      return last;
    }

    it('a touch does not change the time of the last update', async () => {
      const { store } = subject;
      const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: HOUR } });
      await nextMillisecond();
      const after = await store.change(log, { kind: 'touch' });
      expect(after.updatedAt).toBe(log.updatedAt);
      expect(await infoOf(store, log.id)).toEqual(after);
    });
  });

  it('a fixed expiry is not extended', async () => {
    const { store } = subject;
    const log = await createOpenLog(store, { expiry: { kind: 'at', at: Date.now() + HOUR } });
    await store.change(log, { kind: 'touch' });
    await commit(store, log, 'x');
    expect((await infoOf(store, log.id)).expiresAt).toBe(log.expiresAt);
  });

  describe('the janitor', () => {
    it('expired logs are due in order of their expiry, with their info, up to the limit', async () => {
      const { store } = subject;
      const now = Date.now();
      const logs: LogInfo[] = [];
      for (const hours of [3, 1, 2])
        logs.push(await createOpenLog(store, { expiry: { kind: 'at', at: now + hours * HOUR } }));
      const ids = logs.map(({ id }) => id);
      const query: DueQuery = { kind: 'expired', now: now + 4 * HOUR };
      const mine = (await store.due(query, EVERY)).filter(({ id }) => ids.includes(id));
      expect(mine).toEqual([logs[1], logs[2], logs[0]]);
      expect(await store.due(query, 2)).toHaveLength(2);
      expect(await isDue({ kind: 'expired', now: now + HOUR - 1 }, ids[1] ?? '')).toBe(false);
    });

    it('a touched log becomes due later', async () => {
      const { store } = subject;
      const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: HOUR } });
      await nextMillisecond();
      await store.change(log, { kind: 'touch' });
      expect(await isDue({ kind: 'expired', now: log.createdAt + HOUR }, log.id)).toBe(false);
      expect(await isDue({ kind: 'expired', now: Date.now() + 2 * HOUR }, log.id)).toBe(true);
    });

    it('an expired log is due, and its removal is announced', async () => {
      const { store } = subject;
      const log = await expired();
      const heard = new Heard<LifecycleEvent>();
      const news = new Heard<LogNews>();
      const stops = [store.lifecycle(heard.listener), store.watch(log, at(3), news.listener)];
      // How far the clocks of two machines are apart is only known to some milliseconds, and nothing is due early: the janitor comes again.
      const deadline = Date.now() + PATIENCE_MS;
      let due: readonly LogInfo[] = [];
      while (due.length === 0 && Date.now() < deadline)
        due = (await store.due({ kind: 'expired', now: Date.now() }, EVERY)).filter(
          ({ id }) => id === log.id,
        );
      expect(due).toEqual([log]);
      const now = Date.now();
      const outcome = { kind: 'expired' } as const;
      await store.change(log, { kind: 'remove', outcome, expiredAt: now });
      await heard.until((all) => all.some((event) => event.kind === 'ended' && event.log.id === log.id));
      await news.until((all) => all.some((item) => item.kind === 'ended' && item.outcome.kind === 'expired'));
      expect(await isDue({ kind: 'expired', now: now + HOUR }, log.id)).toBe(false);
      await expectCode(store.change(log, { kind: 'remove', outcome, expiredAt: now }), 'LOG_GONE');
      for (const stop of stops) stop();
    });

    it('a removal spares a log that has not expired', async () => {
      const { store } = subject;
      const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: HOUR } });
      const forever = await createOpenLog(store);
      const outcome = { kind: 'expired' } as const;
      expect(await store.change(log, { kind: 'remove', outcome, expiredAt: Date.now() })).toEqual(log);
      expect(await store.change(forever, { kind: 'remove', outcome, expiredAt: Date.now() + HOUR })).toEqual(
        forever,
      );
      expect(await infoOf(store, log.id)).toEqual(log);
    });

    it('concurrent janitors remove an expired log once', async () => {
      const { store } = subject;
      const log = await expired();
      const results = await Promise.allSettled(
        [1, 2, 3].map(() =>
          store.change(log, { kind: 'remove', outcome: { kind: 'expired' }, expiredAt: Date.now() }),
        ),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
  });

  it('an expired log with a producer refuses appends and attaches', async () => {
    const { store } = subject;
    const { done } = await inTime(async (moment) => {
      const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: moment - Date.now() } });
      const writer = await attach(store, log);
      await store.append(writer, START, bytes('abc'));
      return { log, writer, info: await infoOf(store, log.id) };
    });
    const { log, writer, info } = done;
    await untilExpired(info);
    await expectCode(store.append(writer, at(3), bytes('x')), 'LOG_GONE');
    await expectCode(attach(store, log), 'LOG_GONE');
  });
}

/** Resolves once the log's time is over. */
async function untilExpired({ expiresAt = 0 }: LogInfo): Promise<void> {
  while (Date.now() <= expiresAt) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, expiresAt - Date.now() + 1)));
  }
}
