import { PAGE_BYTES, PAGE_BYTES_MAX } from '../../../src/core/page-size';
import { PageBuffers } from '../../../src/storage/files/page-buffers';

describe('the buffers of pages', () => {
  it('are lent again after they were given back, to pages of about their size', () => {
    const buffers = new PageBuffers();
    const sizes = [PAGE_BYTES, PAGE_BYTES_MAX];
    const lent = sizes.map((bytes) => buffers.lend(bytes));
    for (const buffer of lent) buffers.giveBack(buffer);
    expect(buffers.lend(PAGE_BYTES_MAX - 1)).toBe(lent[1]);
    expect(buffers.lend(PAGE_BYTES - 1)).toBe(lent[0]);
    expect(lent).not.toContain(buffers.lend(PAGE_BYTES));
  });

  it.each([1, PAGE_BYTES / 2, PAGE_BYTES_MAX + 1])('of %d bytes are not kept', (bytes) => {
    const buffers = new PageBuffers();
    const buffer = buffers.lend(bytes);
    expect(buffer).toHaveLength(bytes);
    buffers.giveBack(buffer);
    expect(buffers.lend(bytes)).not.toBe(buffer);
  });

  it('are kept up to a bound', () => {
    const buffers = new PageBuffers();
    const lent = Array.from({ length: 100 }, () => buffers.lend(PAGE_BYTES));
    for (const buffer of lent) buffers.giveBack(buffer);
    const again = Array.from({ length: 100 }, () => buffers.lend(PAGE_BYTES));
    const kept = again.filter((buffer) => lent.includes(buffer));
    expect(kept.length * PAGE_BYTES).toBe(16 * 1024 * 1024);
  });
});
