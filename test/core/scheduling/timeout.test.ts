import { resolvesWithin, withTimeout } from '../../../src/core/scheduling/timeout';

const never = new Promise<never>(() => {});
const failing = async (): Promise<never> => {
  throw new Error('failed');
};

describe('withTimeout', () => {
  it('passes on what the promise resolves or rejects with', async () => {
    await expect(withTimeout(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(withTimeout(1_000, failing())).rejects.toThrow('failed');
  });

  it('rejects when there is no outcome in time', async () => {
    await expect(withTimeout(1, never)).rejects.toThrow('no answer within 1 ms');
  });
});

describe('resolvesWithin', () => {
  it('resolves with whether the promise resolves in time', async () => {
    await expect(resolvesWithin(1_000, Promise.resolve('done'))).resolves.toBe(true);
    await expect(resolvesWithin(1, never)).resolves.toBe(false);
  });

  it('passes on a rejection', async () => {
    await expect(resolvesWithin(1_000, failing())).rejects.toThrow('failed');
  });
});
