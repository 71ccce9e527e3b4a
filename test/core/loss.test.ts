import fc from 'fast-check';
import { generateGeneration } from '../../src/core/log/log-id';
import {
  checkPosition,
  describeLoss,
  knownLossBefore,
  LOSSES_MAX,
  type LogHistory,
  lostSince,
  parseSegment,
  segmentOf,
  wireGeneration,
  withLoss,
} from '../../src/core/log/loss';
import { advance, OFFSET_MAX, type Offset, START } from '../../src/core/log/offset';

const generation = generateGeneration();

function at(offset: number): Offset {
  return advance(START, offset);
}

/** A log that lost these ranges, one after the other. */
function lifeWith(...ranges: readonly (readonly [from: number, to: number])[]): LogHistory {
  return ranges.reduce<LogHistory>(
    (life, [from, to]) => ({
      generation,
      losses: withLoss(life.losses, { from: at(from), to: at(to), at: 1 }),
    }),
    { generation },
  );
}

function isIntact(life: LogHistory, offset: Offset, seen: string): boolean {
  return checkPosition({ ...life, tail: OFFSET_MAX }, offset, seen).kind === 'intact';
}

describe('the generation on the wire', () => {
  it('the wire generation equals that of the log while nothing is lost', () => {
    expect(wireGeneration({ generation })).toBe(generation);
  });

  it('the wire generation ends with the number of the last loss', () => {
    expect(wireGeneration(lifeWith([5, 10]))).toBe(`${generation}.1`);
    expect(wireGeneration(lifeWith([5, 10], [3, 20]))).toBe(`${generation}.2`);
  });

  it('the wire generation parses to the number of its loss', () => {
    const life = lifeWith([5, 10], [3, 20]);
    expect(parseSegment(life, generation)).toBe(0);
    expect(parseSegment(life, wireGeneration(life))).toBe(2);
  });

  it.each(['', '0', '.1', 'x', '.0', '.01', '.1.1', '.-1', '. 1', '.1e3', `.${'9'.repeat(17)}`])(
    'the text %j is refused as a generation and as its loss number',
    (text) => {
      expect(parseSegment({ generation }, text)).toBeUndefined();
      if (!['', '.1'].includes(text)) expect(parseSegment({ generation }, generation + text)).toBeUndefined();
    },
  );
});

describe('a reader whose log lost bytes', () => {
  const life = lifeWith([5, 10]);

  it('a position at or before the first lost byte is intact', () => {
    for (const offset of [0, 3, 5]) expect(isIntact(life, at(offset), generation)).toBe(true);
  });

  it('a position behind the first lost byte is not intact', () => {
    for (const offset of [6, 10, 50]) expect(isIntact(life, at(offset), generation)).toBe(false);
  });

  it('a position behind the loss is intact if the reader knew of the loss', () => {
    expect(isIntact(life, at(50), `${generation}.1`)).toBe(true);
  });

  it('a position in another generation is never intact', () => {
    expect(isIntact(life, START, generateGeneration())).toBe(false);
  });

  it('the lost range of a reader contains the bytes that it had', () => {
    expect(lostSince(life, at(10), 0)).toEqual({ from: 5, to: 10 });
    expect(lostSince(life, at(8), 0)).toEqual({ from: 5, to: 10 });
    // It had more than the store had counted.
    expect(lostSince(life, at(12), 0)).toEqual({ from: 5, to: 12 });
    expect(lostSince(life, at(5), 0)).toBeUndefined();
    expect(lostSince(life, at(12), 1)).toBeUndefined();
  });

  it("a position behind the tail counts as lost only in the log's own generation", () => {
    const log = { generation, tail: at(7) };
    expect(checkPosition(log, at(9), generation)).toEqual({ kind: 'lost', lost: { from: 7, to: 9 } });
    expect(checkPosition(log, at(7), generation)).toEqual({ kind: 'intact' });
    expect(checkPosition(log, at(9))).toEqual({ kind: 'intact' });
    expect(checkPosition(log, at(9), generateGeneration())).toEqual({ kind: 'replaced' });
  });

  it('a reader that knows an unrecorded loss gets `replaced`', () => {
    const log = { ...life, tail: at(50) };
    expect(checkPosition(log, at(50), `${generation}.1`)).toEqual({ kind: 'intact' });
    expect(checkPosition(log, at(50), `${generation}.2`)).toEqual({ kind: 'replaced' });
  });

  it('the range of several losses begins at the earliest one', () => {
    const twice = lifeWith([5, 10], [3, 20]);
    expect(lostSince(twice, at(20), 0)).toEqual({ from: 3, to: 20 });
    expect(lostSince(twice, at(20), 1)).toEqual({ from: 3, to: 20 });
    expect(lostSince(twice, at(4), 0)).toEqual({ from: 3, to: 20 });
  });

  it('a loss that was not counted is only possible', () => {
    const lost = lostSince(lifeWith([5, 5]), at(8), 0);
    expect(lost).toEqual({ from: 5, to: 8, possible: true });
    expect(lost && describeLoss(lost)).toBe('may have lost some of the bytes 5 to 8');
    expect(lostSince(lifeWith([3, 3], [5, 10]), at(8), 0)).toEqual({ from: 3, to: 10 });
  });

  it('a reader with only an offset learns of counted losses, and of no others', () => {
    expect(knownLossBefore(life, at(8))).toEqual({ from: 5, to: 10 });
    expect(knownLossBefore(life, at(5))).toBeUndefined();
    expect(knownLossBefore(lifeWith([5, 5]), at(8))).toBeUndefined();
    expect(isIntact(lifeWith([5, 5]), at(8), generation)).toBe(false);
  });
});

describe('the losses of a log', () => {
  it('losses are numbered from 1', () => {
    expect(lifeWith([5, 10], [7, 9]).losses).toEqual([
      { number: 1, from: 5, to: 10, at: 1 },
      { number: 2, from: 7, to: 9, at: 1 },
    ]);
  });

  it('the number of losses is bounded: the two oldest are merged', () => {
    const ranges = Array.from({ length: LOSSES_MAX + 1 }, (_, i) => [100 - i, 200 + i] as const);
    const { losses = [] } = lifeWith(...ranges);
    expect(losses).toHaveLength(LOSSES_MAX);
    expect(losses[0]).toEqual({ number: 2, from: 99, to: 201, at: 1 });
    expect(losses.at(-1)?.number).toBe(LOSSES_MAX + 1);
  });

  it('a counted loss is not merged with possible ones', () => {
    const { losses = [] } = lifeWith(
      [5, 10],
      ...Array.from({ length: 30 }, (_, i) => [20 + i, 20 + i] as const),
    );
    expect(losses).toHaveLength(LOSSES_MAX);
    expect(losses.slice(0, 2)).toEqual([
      { number: 1, from: 5, to: 10, at: 1 },
      { number: 17, from: 20, to: 20, at: 1 },
    ]);
    expect(knownLossBefore({ losses }, at(30))).toEqual({ from: 5, to: 10 });
  });

  it('a possible loss is dropped when a later loss repeats it', () => {
    expect(lifeWith([5, 5], [5, 5], [5, 5]).losses).toEqual([{ number: 3, from: 5, to: 5, at: 1 }]);
    expect(lifeWith([5, 5], [9, 9]).losses).toHaveLength(2);
    expect(lifeWith([5, 8], [5, 5]).losses).toHaveLength(2);
  });
});

describe('any sequence of appends and losses', () => {
  type Step = readonly [grows: number, loses: number, isCounted: boolean];
  const steps = fc.array(fc.tuple(fc.nat(20), fc.nat(25), fc.boolean()), { maxLength: 60 });

  /** @returns the recorded losses, the bytes of the log (each a different number), and what a reader had after each step */
  function play(all: readonly Step[]): { life: LogHistory; bytes: number[]; seen: [number[], string][] } {
    let life: LogHistory = { generation };
    let bytes: number[] = [];
    let next = 0;
    const seen: [number[], string][] = [];
    for (const [grows, loses, isCounted] of all) {
      for (let i = 0; i < grows; i++) bytes.push(next++);
      seen.push([bytes, wireGeneration(life)]);
      const rest = Math.max(0, bytes.length - loses);
      const to = isCounted ? bytes.length : rest;
      life = {
        generation,
        losses: withLoss(life.losses, { from: at(rest), to: at(to), at: 1 }),
      };
      bytes = bytes.slice(0, rest);
    }
    for (let i = 0; i < 30; i++) bytes.push(next++);
    return { life, bytes, seen };
  }

  it('a reader is intact only if its bytes are those of the log', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (all, upTo) => {
        const { life, bytes, seen } = play(all);
        for (const [had, under] of seen) {
          const mine = had.slice(0, upTo);
          if (isIntact(life, at(mine.length), under)) expect(bytes.slice(0, mine.length)).toEqual(mine);
        }
      }),
    );
  });

  it("a reader's bytes before its resume position are those of the log", () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (all, upTo) => {
        const { life, bytes, seen } = play(all);
        for (const [had, under] of seen) {
          const mine = had.slice(0, upTo);
          const lost = lostSince(life, at(mine.length), parseSegment(life, under) ?? Number.NaN);
          const from = lost?.from ?? at(mine.length);
          expect(bytes.slice(0, from)).toEqual(mine.slice(0, from));
          expect(lost === undefined).toBe(isIntact(life, at(mine.length), under));
        }
      }),
    );
  });

  it('a reader that knows the last loss is intact at any offset', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (all, offset) => {
        const { life } = play(all);
        expect(isIntact(life, at(offset), wireGeneration(life))).toBe(true);
        expect(segmentOf(life, at(offset))).toBeLessThanOrEqual(life.losses?.at(-1)?.number ?? 0);
      }),
    );
  });
});
