import { SignalPairs } from '../../src/cli/output/signal-pairs';

it('a signal that comes within half a second of the one before it repeats that', () => {
  const clock = jest.spyOn(performance, 'now');
  try {
    const pairs = new SignalPairs();
    const areNew = [0, 1, 499, 501, 999, 1_001, 5_000].map((now) => {
      clock.mockReturnValue(now);
      return pairs.isNew();
    });
    expect(areNew).toEqual([true, false, false, true, false, true, true]);
  } finally {
    clock.mockRestore();
  }
});
