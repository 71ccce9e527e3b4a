import { Flag } from '../../../src/core/scheduling/flag';

const LONG_MS = 60_000;

it('a flag wakes everything that waits for it', async () => {
  const flag = new Flag();
  const waiting = [flag.wait(), flag.wait(LONG_MS)];
  flag.set();
  await Promise.all(waiting);
});

it('a flag that was set before the wait ends it at once', async () => {
  const flag = new Flag();
  flag.set();
  await flag.wait(LONG_MS);
});

it('a flag that was cleared is waited for again', async () => {
  const flag = new Flag();
  flag.set();
  flag.clear();
  const woken = jest.fn();
  const waiting = flag.wait(LONG_MS).then(woken);
  await new Promise(setImmediate);
  expect(woken).not.toHaveBeenCalled();
  flag.set();
  await waiting;
});

it('a wait ends after its time when the flag stays down', async () => {
  await new Flag().wait(1);
});
