import { LogError } from '../../src/core/log/errors';
import type { LogInfo, LogRef, Writer } from '../../src/core/log/log';
import { advance, START } from '../../src/core/log/offset';
import type { LogNews } from '../../src/core/store/news';
import { commit, createOpenLog, remove } from './commits';
import { Heard } from './heard';
import { at, attach, bytes, createLog, createLogOf, expectCode, infoOf, seal } from './logs';
import { hasReached } from './news';
import type { Subject } from './store.contract';
import { expectOffsetsOf, expectRising, expectTimes, readTimes, TestClock } from './timed';

const HOUR = 3_600_000;
const STEP = 10_000;
const PIECES = ['a', 'bc', 'defghij', 'k', 'lmno'] as const;

type Piece = readonly [text: string, at: number];

export function describeTimes(subject: Pick<Subject, 'store'>): void {
  const clock = new TestClock();
  afterEach(() => clock.restore());

  /** Appends each of `pieces` at its time. */
  async function append(writer: Writer, pieces: readonly Piece[]): Promise<void> {
    let { tail } = await infoOf(subject.store, writer.log.id);
    for (const [text, time] of pieces) {
      clock.set(time);
      tail = await subject.store.append(writer, tail, bytes(text));
    }
    clock.restore();
  }

  /** The pieces of a log that grows slowly, from an hour ahead of the clock of Redis on. */
  function slowPieces(): readonly Piece[] {
    const start = Date.now() + HOUR;
    return PIECES.map((text, i) => [text, start + i * STEP]);
  }

  async function slowLog(): Promise<{ writer: Writer; pieces: readonly Piece[] }> {
    const pieces = slowPieces();
    const writer = await createLog(subject.store);
    await append(writer, pieces);
    return { writer, pieces };
  }

  function fork(source: LogRef, offset: number, text = ''): Promise<LogInfo> {
    const first = text === '' ? {} : { first: { chunks: bytes(text) } };
    return createOpenLog(subject.store, { fork: { source, at: at(offset) }, ...first });
  }

  it('of the bytes of a page are known from any offset on, whatever the size of the page', async () => {
    const { writer, pieces } = await slowLog();
    const whole = await readTimes(subject.store, writer.log);
    expectTimes(whole, pieces);
    for (let from = 0; from <= whole.length; from += 1) {
      for (const bytesMax of [1, 2, 3, 7, 100])
        expect(await readTimes(subject.store, writer.log, at(from), bytesMax)).toEqual(whole.slice(from));
    }
  });

  it('of commits are those at which they were stored', async () => {
    const before = Date.now();
    const log = await createOpenLog(subject.store, { first: { chunks: bytes('ab') } });
    await commit(subject.store, log, 'cd');
    await Promise.all(['ef', 'gh', 'ij'].map((text) => commit(subject.store, log, text)));
    await commit(subject.store, log, 'kl', { seal: { kind: 'complete' } });
    const after = Date.now();
    const times = await readTimes(subject.store, log);
    expect(times).toHaveLength(12);
    expectRising(times);
    for (const time of times) {
      expect(time).toBeGreaterThanOrEqual(before - 250);
      expect(time).toBeLessThanOrEqual(after + 250);
    }
    await expectOffsetsOf(subject.store, log, times);
  });

  it('do not go back when the clock does, whichever way the bytes come', async () => {
    const { store } = subject;
    const now = Date.now();
    const log = await createOpenLog(store, { first: { chunks: bytes('first') } });
    await commit(store, log, 'commit');
    for (const offset of [HOUR, 0, -HOUR, HOUR + STEP, -2 * HOUR]) {
      clock.set(now + offset);
      const writer = await attach(store, log);
      await append(writer, [
        ['one', now + offset],
        ['two', now + offset - STEP],
      ]);
      clock.set(now - HOUR);
      await store.change(log, { kind: 'release', epoch: writer.epoch, state: 'open' });
      await commit(store, log, 'again');
      expectRising(await readTimes(store, log));
    }
    clock.set(now - 3 * HOUR);
    await commit(store, log, 'last', { seal: { kind: 'complete' } });
    const times = await readTimes(store, log, START, 2);
    expectRising(times);
    expect(times.at(-1)).toBeGreaterThanOrEqual(now + HOUR + STEP - 250);
    await expectOffsetsOf(store, log, times);
  });

  it('do not go back among appends that are in flight together, and these can be repeated', async () => {
    const { store } = subject;
    const now = Date.now() + HOUR;
    const writer = await createLog(store);
    const appends: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i += 1) {
      clock.set(now - i * STEP);
      appends.push(store.append(writer, at(i), bytes('x')));
      if (appends.length >= store.appendsInFlight) await appends.shift();
    }
    await Promise.all(appends);
    expect(await store.append(writer, at(30), bytes('xxxxxxxxxx'))).toBe(40);
    const times = await readTimes(store, writer.log, START, 3);
    expect(times).toHaveLength(40);
    expectRising(times);
    expect(times[0]).toBeGreaterThanOrEqual(now - 250);
  });

  it('of a fork are those of its source, and its own from there on', async () => {
    const { writer, pieces } = await slowLog();
    const cut = 'abcdef'.length;
    const log = await fork(writer.log, cut);
    const again = await fork(log, cut - 1, 'FIRST');
    await commit(subject.store, log, 'OWN');
    await seal(subject.store, writer);
    await remove(subject.store, writer.log);
    for (const [copy, kept, own] of [
      [log, cut, 'OWN'],
      [again, cut - 1, 'FIRST'],
    ] as const) {
      const times = await readTimes(subject.store, copy);
      const inherited = pieces.flatMap(([text, time]) => Array.from(text, (char): Piece => [char, time]));
      expectTimes(times.slice(0, kept), inherited.slice(0, kept));
      expect(times).toHaveLength(kept + own.length);
      expectRising(times);
      expect(await readTimes(subject.store, copy, at(1), 2)).toEqual(times.slice(1));
      await expectOffsetsOf(subject.store, copy, times);
    }
  });

  it('of a large fork are those of its source', async () => {
    const start = Date.now() - HOUR;
    const writer = await createLog(subject.store);
    const pieces = Array.from({ length: 40 }, (_, i): Piece => ['x'.repeat(30_011), start + i * STEP]);
    await append(writer, pieces);
    const { tail } = await infoOf(subject.store, writer.log.id);
    const times = await readTimes(subject.store, writer.log, START, 100_000);
    const log = await fork(writer.log, tail - 7);
    const copied = await readTimes(subject.store, log, START, 200_000);
    expect(copied).toHaveLength(times.length - 7);
    expect(copied.findIndex((time, i) => time !== times[i])).toBe(-1);
  });

  it('of a log that replaced another are its own', async () => {
    const { writer } = await slowLog();
    const { id } = writer.log;
    const before = Date.now();
    const init = { contentType: 'text/plain', first: { chunks: bytes('new') } };
    const { info } = await subject.store.create(id, init, 'replace');
    const times = await readTimes(subject.store, info);
    expectTimes(times, [['new', times[0] ?? 0]]);
    expect(Math.abs((times[0] ?? 0) - before)).toBeLessThan(HOUR / 2);
    await expectCode(subject.store.readTimed(writer.log, START, 10), 'LOG_GONE');
    await expectCode(subject.store.offsetAt(writer.log, 0), 'LOG_GONE');
  });

  it('of an empty log are none, open or sealed, and every time is at its tail', async () => {
    const writer = await createLog(subject.store);
    for (const isSealed of [false, true]) {
      if (isSealed) await seal(subject.store, writer);
      const page = await subject.store.readTimed(writer.log, START, 10);
      expect(page).toMatchObject({ chunks: [], times: [], next: 0 });
      expect(page.end).toEqual(isSealed ? { kind: 'complete' } : undefined);
      for (const time of [0, Date.now(), Date.now() + HOUR])
        expect(await subject.store.offsetAt(writer.log, time)).toBe(0);
    }
    await expect(subject.store.readTimed(writer.log, at(1), 10)).rejects.toBeInstanceOf(RangeError);
  });

  it('lead to the first byte that is as late, before, between and after all of them', async () => {
    const { store } = subject;
    const { writer, pieces } = await slowLog();
    let begin = 0;
    for (const isSealed of [false, true]) {
      if (isSealed) await seal(store, writer);
      begin = 0;
      for (const [text, time] of pieces) {
        expect(await store.offsetAt(writer.log, time - STEP / 2)).toBe(begin);
        begin += text.length;
      }
      expect(await store.offsetAt(writer.log, Date.now() + 2 * HOUR)).toBe(begin);
      await expectOffsetsOf(store, writer.log, await readTimes(store, writer.log));
    }
  });

  it('that are equal lead to the first of their bytes', async () => {
    const now = Date.now() + HOUR;
    const writer = await createLog(subject.store);
    const rest = ['d', 'ef', 'g'].map((text): Piece => [text, now + STEP]);
    await append(writer, [['abc', now], ...rest, ['hi', now + 2 * STEP]]);
    expect(await subject.store.offsetAt(writer.log, now + STEP / 2)).toBe(3);
    expect(await subject.store.offsetAt(writer.log, now + STEP + STEP / 2)).toBe(7);
    await expectOffsetsOf(subject.store, writer.log, await readTimes(subject.store, writer.log));
  });

  it('of a log that grows fast are known to within a quarter of a second, or 64 KiB', async () => {
    const now = Date.now() + HOUR;
    const writer = await createLog(subject.store);
    const pieces = Array.from({ length: 120 }, (_, i): Piece => ['x'.repeat(5_000), now + 20 * i]);
    await append(writer, pieces);
    const times = await readTimes(subject.store, writer.log, START, 300_000);
    expectRising(times);
    const exact = (byte: number): number => pieces[Math.min(119, Math.floor(byte / 5_000))]?.[1] ?? 0;
    for (let byte = 0; byte < times.length; byte += 499) {
      expect(times[byte]).toBeGreaterThanOrEqual(Math.min(exact(byte) - 250, exact(byte - 65_536)));
      expect(times[byte]).toBeLessThanOrEqual(Math.max(exact(byte) + 250, exact(byte + 65_536)));
    }
    await expectOffsetsOf(subject.store, writer.log, times);
  });

  it('come with the news of the bytes, and do not go back there either', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abc');
    const heard = new Heard<LogNews>();
    const stop = store.watch(writer.log, at(3), heard.listener);
    const now = Date.now() + HOUR;
    await append(writer, [
      ['def', now],
      ['g', now + STEP],
      ['hi', now - HOUR],
    ]);
    await heard.until(hasReached(9));
    stop();
    const times = await readTimes(store, writer.log);
    const news = heard.all.filter((item) => item.kind === 'bytes');
    expect(news.length).toBeGreaterThan(0);
    expectRising(news.map((item) => item.at));
    for (const { from, chunks, at: time } of news) {
      const last = advance(from, Buffer.concat(chunks).length - 1);
      expect(Math.abs(time - (times[last] ?? 0))).toBeLessThanOrEqual(250);
    }
  });

  it('come with the news of commits', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const heard = new Heard<LogNews>();
    const stop = store.watch(log, START, heard.listener);
    const before = Date.now();
    await commit(store, log, 'abc');
    await heard.until(hasReached(3));
    stop();
    for (const item of heard.all) {
      if (item.kind !== 'bytes') continue;
      expect(item.at).toBeGreaterThanOrEqual(before - 250);
      expect(item.at).toBeLessThanOrEqual(Date.now() + 250);
    }
  });

  it('are refused for a log that is gone', async () => {
    const { writer } = await slowLog();
    await remove(subject.store, writer.log);
    await expectCode(subject.store.readTimed(writer.log, START, 10), 'LOG_GONE');
    await expect(subject.store.offsetAt(writer.log, 0)).rejects.toBeInstanceOf(LogError);
    await expectCode(subject.store.offsetAt(writer.log, 0), 'LOG_GONE');
  });
}
