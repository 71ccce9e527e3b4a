import { KeyedMutex } from '../../../src/core/scheduling/keyed-mutex';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('tasks of one key run one after the other, and tasks of different keys side by side', async () => {
  const mutex = new KeyedMutex();
  const log: string[] = [];
  const task = (name: string) => async (): Promise<void> => {
    log.push(`${name} begins`);
    await turn();
    log.push(`${name} ends`);
  };
  await Promise.all([mutex.run('a', task('a1')), mutex.run('a', task('a2')), mutex.run('b', task('b'))]);
  expect(log.indexOf('a2 begins')).toBeGreaterThan(log.indexOf('a1 ends'));
  expect(log.indexOf('b begins')).toBeLessThan(log.indexOf('a1 ends'));
});

it('a task that begins another one of its key at once does not run beside it', async () => {
  const mutex = new KeyedMutex();
  const log: string[] = [];
  let inner: Promise<void> | undefined;
  await mutex.run('a', async () => {
    inner = mutex.run('a', async () => void log.push('inner'));
    await turn();
    log.push('outer');
  });
  await inner;
  expect(log).toEqual(['outer', 'inner']);
});

it('a task that fails does not hold up the next of its key', async () => {
  const mutex = new KeyedMutex();
  const failed = mutex.run('a', () => Promise.reject(new Error('failed')));
  const next = mutex.run('a', async () => 'next');
  await expect(failed).rejects.toThrow('failed');
  await expect(next).resolves.toBe('next');
});

it('tasks of the same keys in different orders do not deadlock', async () => {
  const mutex = new KeyedMutex();
  const tasks = [
    mutex.runAll(['a', 'b'], turn),
    mutex.runAll(['b', 'a'], turn),
    mutex.runAll(['b', 'b'], turn),
  ];
  await Promise.all(tasks);
  await mutex.idle();
});
