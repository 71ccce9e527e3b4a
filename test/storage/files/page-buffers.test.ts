import { LARGE_PAGE_BYTES, PAGE_BYTES } from '../../../src/core/follow/page-size';
import { PageBufferPool } from '../../../src/storage/files/bytes/page-buffer-pool';

const SIZES = [PAGE_BYTES, LARGE_PAGE_BYTES];

describe('the pool of page buffers', () => {
  it.each(SIZES)('a released buffer is reused for pages of about its size: %d', (bytes) => {
    const buffers = new PageBufferPool();
    const lent = buffers.acquire(bytes);
    buffers.release(lent);
    for (const other of [bytes / 2, bytes + 1]) expect(buffers.acquire(other)).not.toBe(lent);
    expect(buffers.acquire(bytes - 1)).toBe(lent);
    expect(buffers.acquire(bytes)).not.toBe(lent);
  });

  it.each([1, PAGE_BYTES / 2, LARGE_PAGE_BYTES / 2, LARGE_PAGE_BYTES + 1])(
    'a buffer of %d bytes is not kept',
    (bytes) => {
      const buffers = new PageBufferPool();
      const buffer = buffers.acquire(bytes);
      expect(buffer).toHaveLength(bytes);
      buffers.release(buffer);
      expect(buffers.acquire(bytes)).not.toBe(buffer);
    },
  );

  it.each(SIZES)('buffers are kept up to a bound, even if others were kept before: %d', (bytes) => {
    const buffers = new PageBufferPool();
    for (const size of SIZES.filter((other) => other !== bytes)) fill(buffers, size);
    const lent = fill(buffers, bytes);
    const kept = Array.from({ length: 100 }, () => buffers.acquire(bytes)).filter((one) =>
      lent.includes(one),
    );
    expect(kept.length * bytes).toBe(16 * 1024 * 1024);
  });

  it('a buffer is dropped after a while without use', () => {
    jest.useFakeTimers();
    try {
      const buffers = new PageBufferPool();
      const lent = buffers.acquire(PAGE_BYTES);
      buffers.release(lent);
      jest.advanceTimersByTime(10_000);
      expect(buffers.acquire(PAGE_BYTES)).toBe(lent);
      buffers.release(lent);
      jest.advanceTimersByTime(20_000);
      expect(buffers.acquire(PAGE_BYTES)).not.toBe(lent);
    } finally {
      jest.useRealTimers();
    }
  });
});

function fill(buffers: PageBufferPool, bytes: number): readonly Buffer[] {
  const lent = Array.from({ length: 100 }, () => buffers.acquire(bytes));
  for (const buffer of lent) buffers.release(buffer);
  return lent;
}
