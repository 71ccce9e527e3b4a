import { growingPauses, retry } from '../../../src/core/scheduling/retry';

const PAUSES = { firstMs: 1, maxMs: 4 };
const running = (): AbortSignal => new AbortController().signal;

function failingTimes(failures: number): jest.Mock<Promise<string>> {
  let calls = 0;
  return jest.fn(async () => {
    calls += 1;
    if (calls <= failures) throw new Error(`failure ${calls}`);
    return 'done';
  });
}

describe('growing pauses', () => {
  it('pauses double up to the longest, and start again after a reset', () => {
    const pauses = growingPauses({ firstMs: 100, maxMs: 1_000 });
    const next = (): number[] => Array.from({ length: 6 }, () => pauses.next());
    expect(next()).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    pauses.reset();
    expect(next()).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('pauses with jitter vary between half and one and a half of their length', () => {
    const firsts = Array.from({ length: 200 }, () =>
      growingPauses({ firstMs: 100, maxMs: 1_000, jitter: true }).next(),
    );
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...firsts)).toBeLessThan(150);
    expect(new Set(firsts).size).toBeGreaterThan(100);
  });
});

describe('retry', () => {
  it('a failing attempt is repeated until it succeeds', async () => {
    const attempt = failingTimes(5);
    await expect(retry(attempt, { pauses: PAUSES, mayRetry: () => true, signal: running() })).resolves.toBe(
      'done',
    );
    expect(attempt).toHaveBeenCalledTimes(6);
  });

  it('the first error that may not be retried is thrown', async () => {
    const attempt = failingTimes(5);
    const mayRetry = (error: unknown): boolean => String(error) !== 'Error: failure 3';
    await expect(retry(attempt, { pauses: PAUSES, mayRetry, signal: running() })).rejects.toThrow(
      'failure 3',
    );
  });

  it('an attempt that throws synchronously is retried', async () => {
    let calls = 0;
    const attempt = (): Promise<string> => {
      calls += 1;
      if (calls === 1) throw new Error('at once');
      return Promise.resolve('done');
    };
    await expect(retry(attempt, { pauses: PAUSES, mayRetry: () => true, signal: running() })).resolves.toBe(
      'done',
    );
  });

  it('no attempt and no pause begins that would exceed the time limit', async () => {
    const attempt = failingTimes(5);
    const pauses = { firstMs: 60_000, maxMs: 60_000 };
    const options = { pauses, mayRetry: () => true, signal: running(), forMs: 1_000 };
    await expect(retry(attempt, options)).rejects.toThrow('failure 1');
  });

  it('one last attempt is made at once when the signal aborts during a pause', async () => {
    const stopping = new AbortController();
    const attempt = failingTimes(5);
    const pauses = { firstMs: 60_000, maxMs: 60_000 };
    const done = retry(attempt, { pauses, mayRetry: () => true, signal: stopping.signal });
    setImmediate(() => stopping.abort());
    await expect(done).rejects.toThrow('failure 2');
  });

  it('only one attempt is made if the signal has already aborted', async () => {
    const attempt = failingTimes(5);
    const options = { pauses: PAUSES, mayRetry: () => true, signal: AbortSignal.abort() };
    await expect(retry(attempt, options)).rejects.toThrow('failure 1');
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
