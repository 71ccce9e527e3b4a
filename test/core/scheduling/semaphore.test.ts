import { Semaphore } from '../../../src/core/scheduling/semaphore';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a semaphore runs as many tasks as it is wide, and starts the others in order', async () => {
  const semaphore = new Semaphore(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const done = [0, 1, 2, 3].map((number) =>
    semaphore.run(() => {
      began.push(number);
      return new Promise<void>((end) => ends.push(end));
    }),
  );
  expect(began).toEqual([0, 1]);
  for (const count of [3, 4, 4, 4]) {
    ends.shift()?.();
    await turn();
    expect(began).toHaveLength(count);
  }
  await Promise.all(done);
  expect(began).toEqual([0, 1, 2, 3]);
});

it('a task that fails returns its place', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.run(async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(semaphore.run(async () => 'next')).resolves.toBe('next');
});

it('a released place goes to the waiting task, not to a later one', async () => {
  const semaphore = new Semaphore(1);
  const order: string[] = [];
  const release = await semaphore.acquire();
  const waiting = semaphore.run(async () => order.push('waited'));
  release();
  await Promise.all([waiting, semaphore.run(async () => order.push('came later'))]);
  expect(order).toEqual(['waited', 'came later']);
});
