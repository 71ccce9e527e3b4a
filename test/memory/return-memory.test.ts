import { trimMalloc } from '../../src/memory/malloc-trim';
import { returnMemoryWhenIdle } from '../../src/memory/return-memory';

jest.mock('../../src/memory/malloc-trim', () => ({ trimMalloc: jest.fn(async () => {}) }));

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

describe('returnMemoryWhenIdle', () => {
  let rss = 50 * MIB;
  let cpu = 0;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => rss);
    // Each check measures a tenth of the quiet share.
    jest.spyOn(process, 'cpuUsage').mockImplementation(() => {
      cpu += 25_000;
      return { user: cpu, system: 0 };
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('trimming becomes rarer while it frees nothing, and runs soon after a peak', async () => {
    returnMemoryWhenIdle();
    rss = 200 * MIB;
    await jest.advanceTimersByTimeAsync(30 * MINUTE_MS);
    expect(trimMalloc).toHaveBeenCalled();
    expect(jest.mocked(trimMalloc).mock.calls.length).toBeLessThan(12);
    const calls = jest.mocked(trimMalloc).mock.calls.length;
    rss = 400 * MIB;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(trimMalloc).toHaveBeenCalledTimes(calls + 1);
  });
});
