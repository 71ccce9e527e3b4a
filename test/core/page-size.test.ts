import fc from 'fast-check';
import { advance, START } from '../../src/core/offset';
import { PAGE_BYTES, PAGE_BYTES_MAX, PageSize } from '../../src/core/page-size';

const PROMPTLY = 1;
const SLOWLY = 1_000;
/** More readers than may have large pages at once. */
const MANY = 1_000;

describe('the size of pages', () => {
  it('grows for a reader that is prompt, up to a bound', () => {
    const size = new PageSize();
    expect(size.from(START)).toBe(PAGE_BYTES);
    for (let page = 0; page < 10; page++) size.taken(PROMPTLY);
    expect(size.from(START)).toBe(PAGE_BYTES_MAX);
    size.giveBack();
  });

  it('is the least again for one that has become slow', () => {
    const size = grown();
    size.taken(SLOWLY);
    expect(size.from(START)).toBe(PAGE_BYTES);
    size.giveBack();
  });

  it('is large for some of many readers only, and for others when those have gone', () => {
    const many = Array.from({ length: MANY }, grown);
    const large = many.filter((size) => size.from(START) > PAGE_BYTES);
    expect(large.length).toBeGreaterThan(0);
    expect(large.length).toBeLessThan(MANY / 10);
    for (const size of large) size.giveBack();
    const next = grown();
    expect(next.from(START)).toBe(PAGE_BYTES_MAX);
    for (const size of [...many, next]) size.giveBack();
  });

  it('brings readers that began elsewhere to the same places, and never asks for little', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (from) => {
        const size = grown();
        const bytes = size.from(advance(START, from));
        size.giveBack();
        expect((from + bytes) % PAGE_BYTES_MAX).toBe(0);
        expect(bytes).toBeGreaterThanOrEqual(PAGE_BYTES_MAX / 2);
        expect(bytes).toBeLessThan(2 * PAGE_BYTES_MAX);
      }),
    );
  });
});

function grown(): PageSize {
  const size = new PageSize();
  for (let page = 0; page < 10; page++) size.taken(PROMPTLY);
  return size;
}
