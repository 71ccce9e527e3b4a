import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateLoad } from '../harness/load-generator.mjs';
import { RESTING_HEAP, startProbed } from '../harness/probed-loom.mjs';
import { loadTarget } from '../harness/run-target.mjs';
import { Session } from '../harness/session.mjs';
import { Stage } from '../harness/stage.mjs';
import { isGood } from '../workloads/ingest.mjs';
import { sizesAt } from '../workloads/sizes.mjs';

const KIB = 1024;
const LOGS = 2000;
/** What was begun or ended is all there, or gone, when the memory does not change any more. */
const LOOK_MS = 1000;
const LOOKS_MAX = 20;
const SAME_BYTES = 64 * KIB;
const RAMP_S = 20;

/** L4: what a log takes of the server's memory while it is written to, beside what it took in another checkout. */
export async function* memoryPerLog({ store, sizes }, repository, other) {
  const now = await memoryOf(repository, store, sizes);
  const before = await memoryOf(other, store, sizes);
  yield { what: 'memory per open log', value: now, unit: 'KiB' };
  yield { what: 'memory per open log, more than before', value: now - before, unit: 'KiB', most: 1 };
}

/** @returns KiB of JavaScript's memory per log with a producer that has sent a line */
async function memoryOf(repository, store, sizes) {
  const logs = sizes.scaled(LOGS);
  const stage = new Stage();
  try {
    const redis = store === 'redis' ? await stage.redis() : undefined;
    const url = redis?.url ?? `file:${join(stage.folder, 'data')}`;
    const server = await startProbed(stage, { repository, url, probe: RESTING_HEAP });
    const target = await loadTarget(`loom:${store}`);
    const session = new Session(
      target,
      { port: server.port, pids: [server.pid], redis },
      sizesAt(sizes.scale),
    );
    const seen = {};
    // The first ones make what is made once.
    await hold(session, Math.ceil(logs / 10), async () => {});
    await hold(session, logs, async (phase) => {
      seen[phase] = await restingHeap(server);
    });
    return (seen.tails - seen.start) / logs / KIB;
  } finally {
    await stage.clear();
  }
}

async function restingHeap(server) {
  let before = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS_MAX; look++) {
    await delay(LOOK_MS);
    const now = await server.probe();
    if (Math.abs(now - before) < SAME_BYTES) return now;
    before = now;
  }
  return before;
}

async function hold(session, logs, onPhase) {
  const id = await session.newStreams('memory', logs);
  const load = { mode: 'live', step: 1, streams: logs, consumers: 0, ramp_s: RAMP_S };
  const lg = await generateLoad({ ...load, ...session.wire, id }, onPhase);
  if (!isGood(lg)) throw new Error(`wrong answer: the load generator was not content: ${JSON.stringify(lg)}`);
}
