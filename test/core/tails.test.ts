import { TailHub } from '../../src/core/events/tail-hub';
import type { LogRef } from '../../src/core/log/log';
import { generateGeneration, generateLogId } from '../../src/core/log/log-id';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { LogNews } from '../../src/core/store/news';

function at(offset: number): Offset {
  return advance(START, offset);
}

function bytes(text: string): Buffer[] {
  return [Buffer.from(text)];
}

function anyLog(): LogRef {
  return { id: generateLogId(), generation: generateGeneration() };
}

const NOW = Date.parse('2026-11-29T05:43:13.123Z');

describe('TailHub', () => {
  let tails: TailHub;
  let log: LogRef;
  beforeEach(() => {
    tails = new TailHub();
    log = anyLog();
  });

  function watch(seen: number, past = false): LogNews[] & { stop(): void } {
    const heard: LogNews[] = [];
    const stop = tails.watch(log, at(seen), (news) => heard.push(news), past);
    return Object.assign(heard, { stop });
  }

  it('watchers get news in order, in the same turn and with the same buffers', () => {
    const heard = [watch(0), watch(0)];
    const [a, b] = [bytes('abc'), bytes('de')];
    tails.appended(log, at(0), a, NOW);
    tails.appended(log, at(3), b, NOW);
    tails.ended(log, at(5), { kind: 'complete' });
    for (const news of heard) {
      expect([...news]).toEqual([
        { kind: 'bytes', from: 0, chunks: a, at: NOW },
        { kind: 'bytes', from: 3, chunks: b, at: NOW },
        { kind: 'ended', at: 5, outcome: { kind: 'complete' } },
      ]);
      expect(news[0]).toBe(heard[0]?.[0]);
    }
  });

  it('news that two sources deliver reach a watcher once', () => {
    const heard = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(1), bytes('b'), NOW);
    expect(heard).toHaveLength(1);
    expect(tails.deliveredOffset(log)).toBe(3);
  });

  it('an append that overlaps is delivered in full, because its offset is known', () => {
    const heard = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(1), bytes('bcde'), NOW);
    expect(heard[1]).toEqual({ kind: 'bytes', from: 1, chunks: bytes('bcde'), at: NOW });
    expect(tails.deliveredOffset(log)).toBe(5);
  });

  it('a watcher gets `moved` where bytes are missing, and later appends as bytes', () => {
    const heard = watch(0);
    tails.appended(log, at(5), bytes('fg'), NOW);
    tails.appended(log, at(7), bytes('h'), NOW);
    expect([...heard]).toEqual([{ kind: 'moved' }, { kind: 'bytes', from: 7, chunks: bytes('h'), at: NOW }]);
  });

  it('a watcher that starts late gets `moved` one turn later', async () => {
    const first = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    const [late, past, current] = [watch(1), watch(3, true), watch(3)];
    expect([late.length, past.length]).toEqual([0, 0]);
    await Promise.resolve();
    expect([[...late], [...past], [...current]]).toEqual([[{ kind: 'moved' }], [{ kind: 'moved' }], []]);
    expect(first).toHaveLength(1);
  });

  it('a late watcher gets `moved` once, before any other news of that turn', async () => {
    watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    const late = watch(1);
    tails.appended(log, at(3), bytes('d'), NOW);
    await Promise.resolve();
    expect([...late]).toEqual([{ kind: 'moved' }, { kind: 'bytes', from: 3, chunks: bytes('d'), at: NOW }]);
  });

  it('a watcher that left gets no news, not even a pending `moved`', async () => {
    const [stays, leaves, late] = [watch(0), watch(0), watch(0, true)];
    leaves.stop();
    late.stop();
    tails.appended(log, at(0), bytes('abc'), NOW);
    await Promise.resolve();
    expect([stays.length, leaves.length, late.length]).toEqual([1, 0, 0]);
  });

  it('watchers of a log that lost bytes get the loss, and nothing after it', () => {
    const heard = watch(0);
    const loss = { number: 1, from: at(2), to: at(5), at: 0 };
    tails.appended(log, at(0), bytes('abcde'), NOW);
    tails.lost(log, loss);
    tails.appended(log, at(2), bytes('xyz'), NOW);
    expect([...heard].slice(1)).toEqual([{ kind: 'lost', loss }]);
    expect(tails.isWatched(log)).toBe(false);
  });

  it('a watcher that starts during a loss gets the bytes after it', () => {
    const heard: LogNews[] = [];
    tails.watch(
      log,
      at(5),
      () => {
        tails.watch(log, at(2), (news) => heard.push(news), false);
      },
      false,
    );
    tails.lost(log, { number: 1, from: at(2), to: at(5), at: 0 });
    tails.appended(log, at(2), bytes('xyz'), NOW);
    expect(heard).toEqual([{ kind: 'bytes', from: 2, chunks: bytes('xyz'), at: NOW }]);
  });

  it('watchers may leave, remove others and join during a delivery', () => {
    const heard: string[] = [];
    const second = { stop: (): void => {} };
    const stopFirst = tails.watch(
      log,
      START,
      () => {
        heard.push('first');
        stopFirst();
        second.stop();
        tails.watch(log, at(3), () => heard.push('third'), false);
      },
      false,
    );
    second.stop = tails.watch(log, START, () => heard.push('second'), false);
    tails.appended(log, at(0), bytes('abc'), NOW);
    expect(heard).toEqual(['first']);
    tails.appended(log, at(3), bytes('d'), NOW);
    expect(heard).toEqual(['first', 'third']);
  });

  it('a watcher that watches again at every wake is called once per wake', async () => {
    let told = 0;
    const again = (): void => {
      const stop = tails.watch(
        log,
        START,
        () => {
          told += 1;
          stop();
          // The bound makes a circle a failure rather than a test that hangs.
          if (told < 100) again();
        },
        false,
      );
    };
    again();
    const stays = watch(0);
    tails.wake(log);
    tails.wake(log);
    await Promise.resolve();
    expect(told).toBe(2);
    expect(stays).toHaveLength(2);
  });

  it('a watcher gets news of its own log and generation only', () => {
    const heard = watch(0);
    tails.appended(anyLog(), at(0), bytes('x'), NOW);
    tails.ended({ ...log, generation: generateGeneration() }, at(0), { kind: 'deleted' });
    expect(heard).toHaveLength(0);
  });

  it('a wake reaches the watchers of one log, or of all logs', () => {
    const mine = watch(0);
    const other: LogNews[] = [];
    tails.watch(anyLog(), START, (news) => other.push(news), false);
    tails.wake(log);
    expect([mine.length, other.length]).toEqual([1, 0]);
    tails.wakeAll();
    expect([mine.length, other.length]).toEqual([2, 1]);
  });

  it('a closed hub delivers nothing', async () => {
    const [heard, late] = [watch(0), watch(0, true)];
    tails.close();
    tails.appended(log, at(0), bytes('abc'), NOW);
    await Promise.resolve();
    expect([heard.length, late.length]).toEqual([0, 0]);
    expect(tails.isWatched(log)).toBe(false);
  });

  it('the source starts with the first watcher, and stops when the last one leaves', () => {
    const calls: string[] = [];
    tails = new TailHub({
      start: (_log, from) => calls.push(`begin ${from}`),
      stop: () => calls.push('end'),
    });
    const [first, second] = [watch(3), watch(5)];
    first.stop();
    first.stop();
    expect(calls).toEqual(['begin 3']);
    expect(tails.isWatched(log)).toBe(true);
    second.stop();
    second.stop();
    expect(calls).toEqual(['begin 3', 'end']);
    expect(tails.isWatched(log)).toBe(false);
    expect(tails.deliveredOffset(log)).toBeUndefined();
    watch(7);
    tails.close();
    expect(calls).toEqual(['begin 3', 'end', 'begin 7', 'end']);
  });
});
