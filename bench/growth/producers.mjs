import { readBack } from '../workloads/read-back.mjs';
import { inFreshProcess } from './fresh.mjs';
import { marginalCpu } from './marginal-cpu.mjs';
import { restingMemory } from './resting-memory.mjs';

const LINES_PER_SECOND = 1000;

/** `count` producers that share a thousand lines a second: a line each, or many of few. Nobody tails. */
export async function measureProducers(target, count) {
  const load = { streams: count, consumers: 0 };
  const memoryKiB = await inFreshProcess(target, (session) =>
    restingMemory(session, load, count, 'start', 'producers'),
  );
  const microseconds = await inFreshProcess(target, (session) => cpuOfLines(session, load, count));
  return { microsecondsPerLine: microseconds, memoryKiB };
}

async function cpuOfLines(session, load, count) {
  const rate = { rate_mhz: (LINES_PER_SECOND * 1000) / count };
  const { microseconds, id, lg } = await marginalCpu(session, { ...load, ...rate }, 'sent');
  // The first line of each stream is sent before those that are counted.
  const lines = 1 + lg.sent / count;
  const { isWhole } = await readBack(session, { id, lines, verify: 'lines' }, count);
  if (!isWhole) throw new Error(`of ${count} producers not every line came back`);
  return microseconds;
}
