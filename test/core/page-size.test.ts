import fc from 'fast-check';
import { LARGE_PAGE_BYTES, PAGE_BYTES, PageSize } from '../../src/core/follow/page-size';
import { advance, START } from '../../src/core/log/offset';

/** More readers than may have large pages at once. */
const MANY = 1_000;

describe('PageSize', () => {
  it('a fast reader gets large pages until it is slow', () => {
    const size = new PageSize(true);
    expect(size.reserve(START)).toBe(PAGE_BYTES);
    promptly(size);
    expect(size.reserve(START)).toBe(LARGE_PAGE_BYTES);
    slowly(size);
    expect(size.reserve(START)).toBe(PAGE_BYTES);
    size.releaseAll();
  });

  it('a reader that is neither fast nor slow keeps its page size, and a small read changes nothing', () => {
    const size = promptOne();
    size.consumed(PAGE_BYTES, 25);
    size.consumed(1, 1_000);
    expect(size.reserve(START)).toBe(LARGE_PAGE_BYTES);
    size.releaseAll();
    const other = new PageSize(true);
    other.consumed(1, 0.001);
    expect(other.reserve(START)).toBe(PAGE_BYTES);
    other.releaseAll();
  });

  it('a reader that may not have large pages never gets them', () => {
    const size = new PageSize(false);
    promptly(size);
    expect(size.reserve(START)).toBe(PAGE_BYTES);
    size.releaseAll();
  });

  it('only a few of many readers get large pages, and consumed pages free them for others', () => {
    const many = Array.from({ length: MANY }, promptOne);
    const asked = many.flatMap((size) => [size.reserve(START), size.reserve(START)]);
    const more = asked.reduce((sum, bytes) => sum + bytes - PAGE_BYTES, 0);
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThanOrEqual(32 * 1024 * 1024);
    const next = promptOne();
    expect(next.reserve(START)).toBe(PAGE_BYTES);
    promptly(...many);
    expect(next.reserve(START)).toBe(LARGE_PAGE_BYTES);
    for (const size of [...many, next]) size.releaseAll();
  });

  it('readers that leave with pages reserved free them for others', () => {
    const many = Array.from({ length: MANY }, promptOne);
    for (const size of many) size.reserve(START);
    for (const size of many) size.releaseAll();
    const next = promptOne();
    expect(next.reserve(START)).toBe(LARGE_PAGE_BYTES);
    next.releaseAll();
  });

  it('a large page ends at a multiple of its size, and is never smaller than half of it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (from) => {
        const size = promptOne();
        const bytes = size.reserve(advance(START, from));
        size.releaseAll();
        expect((from + bytes) % LARGE_PAGE_BYTES).toBe(0);
        expect(bytes).toBeGreaterThanOrEqual(LARGE_PAGE_BYTES / 2);
        expect(bytes).toBeLessThan(1.5 * LARGE_PAGE_BYTES);
      }),
    );
  });
});

function promptOne(): PageSize {
  const size = new PageSize(true);
  promptly(size);
  return size;
}

function promptly(...sizes: readonly PageSize[]): void {
  for (const size of sizes) size.consumed(PAGE_BYTES, 1);
}

function slowly(size: PageSize): void {
  size.consumed(PAGE_BYTES, 1_000);
}
