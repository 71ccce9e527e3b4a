import { trimMalloc } from '../../src/memory/malloc-trim';
import { returnMemoryWhenIdle } from '../../src/memory/return-memory';

jest.mock('../../src/memory/malloc-trim', () => ({ trimMalloc: jest.fn(async () => {}) }));

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

describe('returnMemoryWhenIdle', () => {
  let rss = 50 * MIB;
  let cpu = 0;
  /** Microseconds that pass from one look to the next: a tenth of the quiet share. */
  let work = 25_000;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => rss);
    jest.mocked(trimMalloc).mockReset();
    jest.spyOn(process, 'cpuUsage').mockImplementation(() => {
      cpu += work;
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

  it('memory in use at a collection is returned once it is free, though nothing else is done', async () => {
    work = 0;
    rss = 50 * MIB;
    returnMemoryWhenIdle();
    rss = 300 * MIB;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(trimMalloc).toHaveBeenCalledTimes(1);
    jest.mocked(trimMalloc).mockImplementation(async () => {
      rss = 60 * MIB;
    });
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(rss).toBe(60 * MIB);
  });
});
