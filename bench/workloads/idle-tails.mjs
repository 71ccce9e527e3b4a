import { setTimeout as delay } from 'node:timers/promises';
import { generateLoad } from '../harness/load-generator.mjs';
import { connectionsOf } from '../harness/redis-info.mjs';
import { isGood } from './ingest.mjs';

const STREAMS = 500;
const TAILS_PER_STREAM = 10;
const KIB_PER_MIB = 1024;
const SETTLE_MS = 400;
const IDLE_MS = 1500;

/** What it costs that tails are there, while nothing happens: memory, connections to Redis, CPU. */
export async function idleTails(session) {
  const streams = session.sizes.scaled(STREAMS);
  const tails = streams * TAILS_PER_STREAM;
  const id = await session.newStreams('W6', streams);
  const seen = {};
  const load = { streams, consumers: TAILS_PER_STREAM, tails, ramp_s: 15 };
  session.begin();
  const lg = await generateLoad({ mode: 'live', step: 1, ...session.wire, id, ...load }, async (phase) => {
    seen[phase] = await look(session, phase);
  });
  const grown = (what, from, to, count) => ((seen[to]?.[what] - seen[from]?.[what]) * KIB_PER_MIB) / count;
  return {
    value: grown('app', 'producers', 'tails', tails),
    unit: 'KiB/tail',
    isLowerBetter: true,
    redisKiB: grown('redis', 'producers', 'tails', tails),
    producerKiB: grown('app', 'start', 'producers', streams),
    redisConnections: seen.tails?.connections,
    followedLogs: streams,
    idleCpu: seen.tails?.idleCpu,
    isGood: isGood(lg),
    lg,
  };
}

async function look(session, phase) {
  let idle = {};
  if (phase === 'tails') idle = await lookAtIdleness(session);
  else await delay(SETTLE_MS);
  const { app, redis } = session.now();
  return { app: app.rss, redis: redis.rss, ...idle };
}

async function lookAtIdleness(session) {
  const { redis } = session.server;
  const cpu = ({ app, redis: store }) => app.cpu + store.cpu;
  const before = session.now();
  await delay(IDLE_MS);
  const after = session.now();
  return {
    idleCpu: ((cpu(after) - cpu(before)) * 1000) / (after.at - before.at),
    connections: redis && (await connectionsOf(redis.port)),
  };
}
