import { TailHub } from '../../src/core/events/tail-hub';
import type { LogRef } from '../../src/core/log/log';
import { generateGeneration, generateLogId } from '../../src/core/log/log-id';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { LogNews } from '../../src/core/store/store';

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

describe('tails', () => {
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

  it('pass on what they are told in order, in the same turn and with the same buffers', () => {
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

  it('pass on once what two sources tell', () => {
    const heard = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(1), bytes('b'), NOW);
    expect(heard).toHaveLength(1);
    expect(tails.deliveredOffset(log)).toBe(3);
  });

  it('pass on what overlaps, for offsets tell', () => {
    const heard = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    tails.appended(log, at(1), bytes('bcde'), NOW);
    expect(heard[1]).toEqual({ kind: 'bytes', from: 1, chunks: bytes('bcde'), at: NOW });
    expect(tails.deliveredOffset(log)).toBe(5);
  });

  it('say no more than moved where bytes are missing, and go on behind them', () => {
    const heard = watch(0);
    tails.appended(log, at(5), bytes('fg'), NOW);
    tails.appended(log, at(7), bytes('h'), NOW);
    expect([...heard]).toEqual([{ kind: 'moved' }, { kind: 'bytes', from: 7, chunks: bytes('h'), at: NOW }]);
  });

  it('say moved, a turn later, to whoever comes late', async () => {
    const first = watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    const [late, past, current] = [watch(1), watch(3, true), watch(3)];
    expect([late.length, past.length]).toEqual([0, 0]);
    await Promise.resolve();
    expect([[...late], [...past], [...current]]).toEqual([[{ kind: 'moved' }], [{ kind: 'moved' }], []]);
    expect(first).toHaveLength(1);
  });

  it('say so before anything that happens in that very turn, and say it once', async () => {
    watch(0);
    tails.appended(log, at(0), bytes('abc'), NOW);
    const late = watch(1);
    tails.appended(log, at(3), bytes('d'), NOW);
    await Promise.resolve();
    expect([...late]).toEqual([{ kind: 'moved' }, { kind: 'bytes', from: 3, chunks: bytes('d'), at: NOW }]);
  });

  it('say nothing to who has left, even of what was to be said', async () => {
    const [stays, leaves, late] = [watch(0), watch(0), watch(0, true)];
    leaves.stop();
    late.stop();
    tails.appended(log, at(0), bytes('abc'), NOW);
    await Promise.resolve();
    expect([stays.length, leaves.length, late.length]).toEqual([1, 0, 0]);
  });

  it('call the watchers of a log that lost bytes once more, and never again', () => {
    const heard = watch(0);
    const loss = { number: 1, from: at(2), to: at(5), at: 0 };
    tails.appended(log, at(0), bytes('abcde'), NOW);
    tails.lost(log, loss);
    tails.appended(log, at(2), bytes('xyz'), NOW);
    expect([...heard].slice(1)).toEqual([{ kind: 'lost', loss }]);
    expect(tails.isWatched(log)).toBe(false);
  });

  it('begin with the bytes after a loss for those that watch from then on', () => {
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

  it('allow watchers to leave, to throw others out and to come while they are being told', () => {
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

  it('do not go round in circles with a watcher that comes anew whenever it is told', async () => {
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

  it('tell of one log what is its own', () => {
    const heard = watch(0);
    tails.appended(anyLog(), at(0), bytes('x'), NOW);
    tails.ended({ ...log, generation: generateGeneration() }, at(0), { kind: 'deleted' });
    expect(heard).toHaveLength(0);
  });

  it('stir one log, or all', () => {
    const mine = watch(0);
    const other: LogNews[] = [];
    tails.watch(anyLog(), START, (news) => other.push(news), false);
    tails.wake(log);
    expect([mine.length, other.length]).toEqual([1, 0]);
    tails.wakeAll();
    expect([mine.length, other.length]).toEqual([2, 1]);
  });

  it('say nothing more once they are closed', async () => {
    const [heard, late] = [watch(0), watch(0, true)];
    tails.close();
    tails.appended(log, at(0), bytes('abc'), NOW);
    await Promise.resolve();
    expect([heard.length, late.length]).toEqual([0, 0]);
    expect(tails.isWatched(log)).toBe(false);
  });

  it('tell their source when the first watcher comes and when the last one has left', () => {
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
