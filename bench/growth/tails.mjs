import { inFreshProcess } from './fresh.mjs';
import { marginalCpu } from './marginal-cpu.mjs';
import { restingMemory } from './resting-memory.mjs';

const DELIVERIES_PER_SECOND = 100_000;
const LINES_PER_SECOND_MAX = 100;

/** One log with `count` tails. With many tails lines come more seldom, so that the machine keeps up. */
export async function measureTails(target, count) {
  const load = { streams: 1, consumers: count };
  const memoryKiB = await inFreshProcess(target, (session) =>
    restingMemory(session, load, count, 'producers', 'tails'),
  );
  const linesPerSecond = Math.min(LINES_PER_SECOND_MAX, Math.floor(DELIVERIES_PER_SECOND / count));
  const { microseconds, lg } = await inFreshProcess(target, (session) =>
    marginalCpu(session, { ...load, rate_mhz: linesPerSecond * 1000 }, 'deliveries'),
  );
  return { microsecondsPerDelivery: microseconds, memoryKiB, p50: lg.p50_us / 1000, p99: lg.p99_us / 1000 };
}
