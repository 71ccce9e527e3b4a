import { resolvesWithin, withTimeout } from '../../../src/core/scheduling/timeout';

const never = new Promise<never>(() => {});
const failing = async (): Promise<never> => {
  throw new Error('failed');
};

describe('withTimeout', () => {
  it('the outcome of the promise is passed on', async () => {
    await expect(withTimeout(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(withTimeout(1_000, failing())).rejects.toThrow('failed');
  });

  it('the promise rejects if there is no outcome in time', async () => {
    await expect(withTimeout(1, never)).rejects.toThrow('no answer within 1 ms');
  });
});

describe('resolvesWithin', () => {
  it('the result is whether the promise resolves in time', async () => {
    await expect(resolvesWithin(1_000, Promise.resolve('done'))).resolves.toBe(true);
    await expect(resolvesWithin(1, never)).resolves.toBe(false);
  });

  it('a rejection is passed on', async () => {
    await expect(resolvesWithin(1_000, failing())).rejects.toThrow('failed');
  });
});
