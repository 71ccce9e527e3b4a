import { growthPercent } from '../../src/memory/heap-growth';

const MIB = 1024 * 1024;

describe('heap growth', () => {
  it.each([
    [10, 128],
    [32, 128],
    [60, 128],
  ])('a heap of %i MiB may grow to about %i MiB', (used, limit) => {
    const grown = used * (1 + growthPercent(used * MIB) / 100);
    expect(grown).toBeGreaterThan(limit * 0.75);
    expect(grown).toBeLessThan(limit * 1.5);
  });

  it('a heap of more than 64 MiB is left to V8', () => {
    expect(growthPercent(65 * MIB)).toBe(0);
    expect(growthPercent(1000 * MIB)).toBe(0);
  });
});
