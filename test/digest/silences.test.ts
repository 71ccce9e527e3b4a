import { advance, START } from '../../src/core/log/offset';
import { Silences } from '../../src/digest/silences';

const mark = (end: number, at: number) => ({ end: advance(START, end), at });

describe('the silences of a log', () => {
  it('the five longest are found, the longest first, each with the byte that came after it', () => {
    const silences = new Silences();
    const pauses = [1_500, 9_000, 200, 4_000, 2_000, 7_000, 3_000];
    let at = 1_000_000;
    silences.push([mark(10, at)]);
    for (const [index, ms] of pauses.entries()) {
      at += ms;
      silences.push([mark(20 + 10 * index, at)]);
    }
    const found = silences.end(at);
    expect(found.map(({ ms }) => ms)).toEqual([9_000, 7_000, 4_000, 3_000, 2_000]);
    expect(found[0]).toEqual({ ms: 9_000, at: 1_001_500, offset: 20 });
  });

  it('a mark that two pages share is no silence', () => {
    const silences = new Silences();
    silences.push([mark(10, 5_000), mark(20, 9_000)]);
    silences.push([mark(30, 9_000), mark(40, 9_300)]);
    expect(silences.end(9_300)).toEqual([{ ms: 4_000, at: 5_000, offset: 10 }]);
  });

  it('the time between the last byte and the end is a silence after which nothing came', () => {
    const silences = new Silences();
    silences.push([mark(10, 5_000)]);
    expect(silences.end(65_000)).toEqual([{ ms: 60_000, at: 5_000 }]);
  });

  it('a log without bytes, or without times, has none', () => {
    expect(new Silences().end(99_000)).toEqual([]);
  });
});
