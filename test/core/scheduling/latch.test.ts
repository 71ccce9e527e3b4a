import { Latch } from '../../../src/core/scheduling/latch';

const LONG_MS = 60_000;

it('a latch wakes every waiter', async () => {
  const latch = new Latch();
  const waiting = [latch.wait(), latch.wait(LONG_MS)];
  latch.set();
  await Promise.all(waiting);
});

it('a latch that was set before the wait ends it at once', async () => {
  const latch = new Latch();
  latch.set();
  await latch.wait(LONG_MS);
});

it('a latch that was cleared blocks the next wait', async () => {
  const latch = new Latch();
  latch.set();
  latch.clear();
  const woken = jest.fn();
  const waiting = latch.wait(LONG_MS).then(woken);
  await new Promise(setImmediate);
  expect(woken).not.toHaveBeenCalled();
  latch.set();
  await waiting;
});

it('a wait ends after its time if the latch is not set', async () => {
  await new Latch().wait(1);
});
