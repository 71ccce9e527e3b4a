import { LARGE_PAGE_BYTES, PAGE_BYTES } from '../../../src/core/follow/page-size';
import { PageBuffers } from '../../../src/storage/files/bytes/page-buffer-pool';

const SIZES = [PAGE_BYTES, LARGE_PAGE_BYTES];

describe('the buffers of pages', () => {
  it.each(SIZES)('are lent again after they were given back, to pages of about their size: %d', (bytes) => {
    const buffers = new PageBuffers();
    const lent = buffers.lend(bytes);
    buffers.giveBack(lent);
    for (const other of [bytes / 2, bytes + 1]) expect(buffers.lend(other)).not.toBe(lent);
    expect(buffers.lend(bytes - 1)).toBe(lent);
    expect(buffers.lend(bytes)).not.toBe(lent);
  });

  it.each([1, PAGE_BYTES / 2, LARGE_PAGE_BYTES / 2, LARGE_PAGE_BYTES + 1])(
    'of %d bytes are not kept',
    (bytes) => {
      const buffers = new PageBuffers();
      const buffer = buffers.lend(bytes);
      expect(buffer).toHaveLength(bytes);
      buffers.giveBack(buffer);
      expect(buffers.lend(bytes)).not.toBe(buffer);
    },
  );

  it.each(SIZES)('are kept up to a bound, also when others were kept before: %d', (bytes) => {
    const buffers = new PageBuffers();
    for (const size of SIZES.filter((other) => other !== bytes)) fill(buffers, size);
    const lent = fill(buffers, bytes);
    const kept = Array.from({ length: 100 }, () => buffers.lend(bytes)).filter((one) => lent.includes(one));
    expect(kept.length * bytes).toBe(16 * 1024 * 1024);
  });

  it('are dropped when nobody has asked for one for a while', () => {
    jest.useFakeTimers();
    try {
      const buffers = new PageBuffers();
      const lent = buffers.lend(PAGE_BYTES);
      buffers.giveBack(lent);
      jest.advanceTimersByTime(10_000);
      expect(buffers.lend(PAGE_BYTES)).toBe(lent);
      buffers.giveBack(lent);
      jest.advanceTimersByTime(20_000);
      expect(buffers.lend(PAGE_BYTES)).not.toBe(lent);
    } finally {
      jest.useRealTimers();
    }
  });
});

function fill(buffers: PageBuffers, bytes: number): readonly Buffer[] {
  const lent = Array.from({ length: 100 }, () => buffers.lend(bytes));
  for (const buffer of lent) buffers.giveBack(buffer);
  return lent;
}
