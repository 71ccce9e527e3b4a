import { setTimeout as delay } from 'node:timers/promises';
import { generateLoad } from '../harness/load-generator.mjs';
import { assertGood } from './fresh.mjs';

const SETTLE_MS = 500;
const KIB_PER_MIB = 1024;

/**
 * KiB that the server and its Redis take for each of `count` connections that are there and do nothing.
 * @param load of the load generator. @param from, to names of the phases between which the connections come
 */
export async function restingMemory(session, load, count, from, to) {
  const seen = {};
  const id = await session.newStreams('rest', load.streams);
  const look = async (phase) => {
    await delay(SETTLE_MS);
    const { app, redis } = session.now();
    seen[phase] = app.rss + redis.rss;
  };
  assertGood(await generateLoad({ mode: 'live', step: 1, ...session.wire, id, ramp_s: 20, ...load }, look));
  return ((seen[to] - seen[from]) * KIB_PER_MIB) / count;
}
