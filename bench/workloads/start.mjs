import { setTimeout as delay } from 'node:timers/promises';

const SETTLE_MS = 1000;

/** A process that has just started and has had nothing to do. */
export async function start(session) {
  await delay(SETTLE_MS);
  const { app, redis } = session.now();
  return {
    value: app.rss,
    unit: 'MiB',
    isLowerBetter: true,
    redisMiB: redis.rss,
    startSeconds: session.startSeconds,
    isGood: app.rss > 0,
  };
}
