import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { HOME } from '../harness/home.mjs';
import { generateLoad } from '../harness/load-generator.mjs';
import { GIB, MIB } from '../workloads/sizes.mjs';
import { assertGood, inFreshProcess } from './fresh.mjs';

/** Small logs are measured several times over, so that there is something to measure. */
const BYTES_MIN = 64 * MIB;
const RUNS_MAX = 16;
const TIMEOUT_S = 240;

/** A log of `mebibytes`: written, then read from its start. */
export async function measureLog(target, mebibytes) {
  const bytes = mebibytes * MIB;
  assertRoom(bytes);
  return inFreshProcess(target, async (session) => {
    // Compiles the code that the others run.
    await cost(session, 'ingest', await session.newStreams('warm'), 16 * MIB);
    const runs = Math.min(RUNS_MAX, Math.ceil(BYTES_MIN / bytes));
    const ingests = [];
    const replays = [];
    for (let run = 0; run < runs; run++) {
      const id = await session.newStreams('log');
      ingests.push(await cost(session, 'ingest', id, bytes));
      replays.push(await cost(session, 'read', id, bytes));
    }
    return { ...summary('ingest', ingests, bytes), ...summary('replay', replays, bytes) };
  });
}

async function cost(session, mode, id, bytes) {
  session.begin();
  const load = { mode, ...session.wire, id, bytes, maxs: TIMEOUT_S, eof: Number(session.endsReaders) };
  const lg = await generateLoad(load, undefined, TIMEOUT_S * 1000);
  const { cpuApp, cpuRedis, peakApp } = session.spent();
  assertGood(lg);
  return { cpu: cpuApp + cpuRedis, peakApp, elapsed: lg.elapsed };
}

function summary(name, runs, bytes) {
  const total = (pick) => runs.reduce((sum, run) => sum + pick(run), 0);
  const gibibytes = (runs.length * bytes) / GIB;
  return {
    [`${name}CpuPerGiB`]: total(({ cpu }) => cpu) / gibibytes,
    [`${name}MiBPerSecond`]: (gibibytes * 1024) / total(({ elapsed }) => elapsed),
    [`${name}PeakMiB`]: Math.max(...runs.map(({ peakApp }) => peakApp)),
  };
}

/** Redis has the log in memory, files have it on the disk; twice, for what else is going on. */
function assertRoom(bytes) {
  const { bavail, bsize } = statfsSync(HOME);
  if (bavail * bsize < 2 * bytes) throw new Error(`${HOME} has no room for a log of ${bytes / MIB} MiB`);
  if (freemem() < 2 * bytes) throw new Error(`there is no memory for a log of ${bytes / MIB} MiB in Redis`);
}
