import fc from 'fast-check';
import { TailHub } from '../../src/core/events/tail-hub';
import type { LogOutcome, LogRef } from '../../src/core/log/log';
import { generateGeneration, generateLogId } from '../../src/core/log/log-id';
import { advance, type Offset, START } from '../../src/core/log/offset';
import { marksWithin, type TimeMark, timeOf } from '../../src/core/log/time-mark';
import { type BytesNews, type LogNews, timesOf } from '../../src/core/store/news';

const COMPLETE: LogOutcome = { kind: 'complete' };
/** What the clock says when the first test begins: any turn before it is over. */
const BEGAN_AT = 1_000_000;

function at(offset: number): Offset {
  return advance(START, offset);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A log with many watchers, each of which takes a part of a turn. Twenty fill one. */
class Crowd {
  readonly tails = new TailHub();
  readonly log: LogRef = { id: generateLogId(), generation: generateGeneration() };
  readonly heard: LogNews[][] = [];
  /** Called by each watcher. */
  onNews: (watcher: number) => void = () => {};
  tail = 0;
  now = 0;

  constructor(private readonly clock: { ms: number }) {}

  join(): () => void {
    const index = this.heard.length;
    const heard: LogNews[] = [];
    this.heard.push(heard);
    const listener = (news: LogNews): void => {
      this.clock.ms += 0.05;
      heard.push(news);
      this.onNews(index);
    };
    return this.tails.watch(this.log, at(this.tail), listener, false);
  }

  joinMany(count: number): (() => void)[] {
    return Array.from({ length: count }, () => this.join());
  }

  /** Each append is made a millisecond after the one before. */
  append(...texts: readonly string[]): void {
    const chunks = texts.map((text) => Buffer.from(text));
    const from = at(this.tail);
    this.now += 1;
    this.tail += texts.join('').length;
    this.tails.appended(this.log, from, chunks, this.now);
  }

  /** Up to where each watcher has the bytes. */
  get offsets(): number[] {
    return this.heard.map((news) => {
      const last = news.filter(isBytes).at(-1);
      return last === undefined ? 0 : last.from + textOf(last).length;
    });
  }
}

function isBytes(news: LogNews): news is BytesNews {
  return news.kind === 'bytes';
}

function textOf({ chunks }: BytesNews): string {
  return Buffer.concat([...chunks]).toString('latin1');
}

describe('a log with so many watchers that a turn has no time for all', () => {
  const clock = { ms: BEGAN_AT };
  let crowd: Crowd;

  beforeEach(async () => {
    jest.spyOn(performance, 'now').mockImplementation(() => clock.ms);
    crowd = new Crowd(clock);
    await turn();
    await turn();
  });
  afterEach(() => jest.restoreAllMocks());

  /** Until every watcher has all bytes. */
  async function untilDelivered(): Promise<number> {
    for (let turns = 0; ; turns += 1) {
      if (crowd.offsets.every((offset) => offset === crowd.tail)) return turns;
      if (turns > 1_000) throw new Error(`after 1,000 turns they are at ${crowd.offsets}`);
      await turn();
    }
  }

  it('few watchers get news in the turn in which they come, however long they take', () => {
    crowd.joinMany(32);
    clock.ms += 1_000;
    for (const text of ['a', 'b', 'c']) {
      crowd.append(text);
      expect(crowd.offsets).toEqual(Array(32).fill(crowd.tail));
    }
  });

  it('a pass over many watchers goes on in later turns', async () => {
    crowd.joinMany(200);
    crowd.append('abc');
    const first = crowd.offsets.filter((offset) => offset === 3).length;
    expect(first).toBeGreaterThan(20);
    expect(first).toBeLessThan(100);
    expect(crowd.offsets.slice(0, first)).toEqual(Array(first).fill(3));
    expect(await untilDelivered()).toBeGreaterThan(2);
    expect(crowd.heard.every((news) => news.length === 1)).toBe(true);
  });

  it('bytes that come during a pass are one news, with the same buffers for all and the time of each', async () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.append('d', 'ef');
    crowd.append('g');
    await untilDelivered();
    for (const [first, joined, ...rest] of crowd.heard) {
      expect(first).toMatchObject({ from: 0, at: 1 });
      expect(rest).toEqual([]);
      expect(joined).toBe(crowd.heard[0]?.[1]);
      expect(joined).toEqual({
        kind: 'bytes',
        from: 3,
        chunks: ['d', 'ef', 'g'].map((text) => Buffer.from(text)),
        at: 3,
        times: [
          { end: 6, at: 2 },
          { end: 7, at: 3 },
        ],
      });
    }
  });

  it('bytes of one millisecond have one time', async () => {
    crowd.joinMany(200);
    crowd.append('abc');
    for (const text of ['d', 'e', 'f']) {
      crowd.now = 7;
      crowd.append(text);
    }
    await untilDelivered();
    expect(crowd.heard[199]?.[1]).toMatchObject({ at: 8, times: [{ end: 6, at: 8 }] });
  });

  it('the end of a log reaches all watchers in its turn, after the bytes before it', () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.append('de');
    crowd.tails.ended(crowd.log, at(5), COMPLETE);
    for (const news of crowd.heard) {
      expect(news.filter(isBytes).map(textOf).join('')).toBe('abcde');
      expect(news.at(-1)).toEqual({ kind: 'ended', at: 5, outcome: COMPLETE });
    }
  });

  it('bytes that end the log are delivered in their turn', () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.tails.appended(crowd.log, at(3), [Buffer.from('de')], 5, { kind: 'complete' });
    for (const news of crowd.heard) {
      expect(news).toHaveLength(2);
      expect(news[1]).toMatchObject({ from: 3, end: COMPLETE });
    }
  });

  it('a wake and a loss reach all watchers in their turn', () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.tails.wake(crowd.log);
    const loss = { number: 1, from: at(1), to: at(3), at: 0 };
    crowd.append('de');
    crowd.tails.lost(crowd.log, loss);
    for (const news of crowd.heard) {
      expect(news.map(({ kind }) => kind)).toEqual(['bytes', 'moved', 'bytes', 'lost']);
    }
  });

  it('more bytes than may wait are delivered at once, so that no more are kept in memory', () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.append('.'.repeat(30_000));
    expect(crowd.offsets.at(-1)).toBe(0);
    crowd.append('.'.repeat(30_000));
    expect(Math.min(...crowd.offsets)).toBe(30_003);
    crowd.append('.'.repeat(40_000));
    expect(Math.min(...crowd.offsets)).toBe(60_003);
  });

  it('a watcher that leaves during a pass gets nothing more of it', async () => {
    const leave = crowd.joinMany(200);
    crowd.append('abc');
    crowd.append('de');
    leave[199]?.();
    leave[0]?.();
    for (let i = 0; i < 50; i += 1) await turn();
    expect(crowd.offsets).toEqual([3, ...Array(198).fill(5), 0]);
  });

  it('a watcher that comes during a pass gets what comes after its offset', async () => {
    crowd.joinMany(200);
    crowd.append('abc');
    crowd.join();
    crowd.append('de');
    await untilDelivered();
    expect(crowd.heard[200]).toEqual([expect.objectContaining({ from: 3 })]);
  });

  it('news that a watcher causes itself follow those that it gets', async () => {
    crowd.joinMany(200);
    crowd.onNews = (watcher) => {
      if (watcher === 10 && crowd.tail === 3) crowd.append('de');
      if (watcher === 150 && crowd.tail === 5) {
        crowd.onNews = () => {};
        crowd.tails.ended(crowd.log, at(5), COMPLETE);
      }
    };
    crowd.append('abc');
    await untilDelivered();
    for (const news of crowd.heard) {
      expect(news.filter(isBytes).map(textOf).join('')).toBe('abcde');
      expect(news.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
    }
  });

  it('passes of two logs share the time of a turn, and both end', async () => {
    const other = new Crowd(clock);
    crowd.joinMany(200);
    other.joinMany(200);
    for (let i = 0; i < 20; i += 1) {
      crowd.append('a');
      other.append('b');
      await turn();
    }
    const before = clock.ms;
    await turn();
    expect(clock.ms - before).toBeLessThan(4);
    await untilDelivered();
    for (let i = 0; i < 50; i += 1) await turn();
    expect(other.offsets).toEqual(Array(200).fill(20));
  });

  it('any watcher gets every byte after its offset once, in order, with its time', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), bytes: anySize() }) },
      { weight: 3, arbitrary: fc.constantFrom({ kind: 'turn' as const }, { kind: 'wake' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('join' as const), count: fc.nat(60) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), index: fc.nat(1_000) }) },
    );
    const scenario = fc.record({ steps: fc.array(step, { maxLength: 40 }), ends: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ steps, ends }) => {
        crowd = new Crowd(clock);
        const joinedAt: number[] = [];
        const leftAt = new Map<number, number>();
        const leave: (() => void)[] = [];
        const join = (count: number): void => {
          for (let i = 0; i < count; i += 1) joinedAt.push(crowd.tail);
          leave.push(...crowd.joinMany(count));
        };
        const marks: TimeMark[] = [];
        join(40);
        for (const taken of steps) {
          if (taken.kind === 'append') {
            crowd.append('.'.repeat(taken.bytes));
            marks.push({ end: at(crowd.tail), at: crowd.now });
          } else if (taken.kind === 'turn') await turn();
          else if (taken.kind === 'wake') crowd.tails.wake(crowd.log);
          else if (taken.kind === 'join') join(taken.count);
          else if (taken.kind === 'leave') {
            const index = taken.index % leave.length;
            leave[index]?.();
            if (!leftAt.has(index)) leftAt.set(index, crowd.heard[index]?.length ?? 0);
          }
        }
        if (ends) crowd.tails.ended(crowd.log, at(crowd.tail), COMPLETE);
        else for (let i = 0; i < 200; i += 1) await turn();
        for (const [index, news] of crowd.heard.entries()) {
          const left = leftAt.get(index);
          if (left !== undefined) expect(news).toHaveLength(left);
          let next = joinedAt[index] ?? 0;
          for (const each of news.filter(isBytes)) {
            const end = each.from + textOf(each).length;
            // A watcher that came while these bytes were on their way has them already.
            if (end <= next) continue;
            expect(each.from).toBeLessThanOrEqual(next);
            const times = timesOf(each, at(end));
            for (const mark of marksWithin(marks, each.from, at(end))) {
              expect(timeOf(times, at(mark.end - 1))).toBe(mark.at);
            }
            next = end;
          }
          if (left === undefined) expect(next).toBe(crowd.tail);
          if (left === undefined && ends) expect(news.at(-1)?.kind).toBe('ended');
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Sizes of appends: mostly lines, sometimes so many bytes that they do not wait. */
function anySize(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 1, arbitrary: fc.constantFrom(20_000, 40_000) },
  );
}
