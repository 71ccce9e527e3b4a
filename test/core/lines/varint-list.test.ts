import { VarintList } from '../../../src/core/lines/varint-list';

const NUMBERS = Array.from({ length: 60_000 }, (_, i) =>
  i % 7 === 0 ? 2 ** 53 - 1 - i : (i * 2_654_435_761) % 70_000,
);

function numbersOf(list: VarintList): number[] {
  const numbers: number[] = [];
  for (const reader = list.readFrom(0); !reader.isAtEnd; ) numbers.push(reader.next());
  return numbers;
}

describe('a list of numbers', () => {
  it('returns the numbers that were pushed, also those that lie in two segments', () => {
    const list = new VarintList();
    for (const number of NUMBERS) list.push(number);
    expect(numbersOf(list)).toEqual(NUMBERS);
    expect(list.chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(list.chunks)).toHaveLength(list.length);
  });

  it.each([0, 1, 40, 20_000, 30_000])('goes on behind the bytes of another list with %d numbers', (count) => {
    const first = new VarintList();
    for (const number of NUMBERS.slice(0, count)) first.push(number);
    const list = new VarintList(Buffer.concat(first.chunks));
    for (const number of NUMBERS.slice(count)) list.push(number);
    expect(numbersOf(list)).toEqual(NUMBERS);
  });

  it('takes little memory for few numbers, and at most half more than its bytes for some', () => {
    const list = new VarintList();
    list.push(1);
    expect(list.size).toBe(64);
    while (list.length < 10_000) list.push(1);
    expect(list.size).toBeLessThanOrEqual(15_000);
  });
});
