import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../support/http';
import type { LoomProcess } from '../support/loom-process';
import { PATIENCE_MS } from '../support/patience';
import { startTcpProxy } from '../support/tcp-proxy';
import { Checker } from './checker';
import { eventually } from './eventually';
import { complaints } from './health';
import { Load } from './load';
import { residentBytes } from './process-memory';
import { itAtRandom, type Random, ROUNDS } from './random';
import { type Stage, withStage } from './stage';

const TIME_LIMIT_MS = PATIENCE_MS * 2 + ROUNDS * 20_000;
const QUICK = 'redis: {commandTimeout: 1s}';
const MIB = 1024 * 1024;

describe('a server whose Redis fails', () => {
  const stage = withStage();

  itAtRandom(
    'the server survives restarts of Redis and loses no acknowledged byte',
    async (random) => {
      const redis = await stage.redis({ persistence: 'always' });
      const loom = await stage.loom(redis.url, QUICK);
      const { pid } = loom;
      const checker = new Checker();
      const load = beginLoad(stage, loom, checker, random);
      for (let round = 0; round < ROUNDS; round += 1) {
        await delay(random.between(100, 500));
        await redis.kill('SIGKILL');
        await delay(random.between(0, 300));
        await redis.restart();
        await becomesReady(loom);
      }
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(loom.pid).toBe(pid);
      expect(complaints(loom)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  itAtRandom(
    'the server stores nothing twice when replies of Redis are lost',
    async (random) => {
      const redis = await stage.redis();
      const proxy = stage.add(await startTcpProxy(redis.port), (it) => it.close());
      const loom = await stage.loom(`redis://127.0.0.1:${proxy.port}`, QUICK);
      const checker = new Checker();
      const load = beginLoad(stage, loom, checker, random);
      for (let round = 0; round < 2 * ROUNDS; round += 1) {
        await delay(random.between(20, 300));
        proxy.mode('swallow');
        await delay(random.between(0, 50));
        proxy.cut();
        proxy.mode('pass');
      }
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(complaints(loom)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  itAtRandom(
    'the server pauses producers and is not ready while Redis is stopped, and then continues',
    async (random) => {
      const redis = await stage.redis();
      const loom = await stage.loom(redis.url, QUICK);
      const checker = new Checker();
      const load = beginLoad(stage, loom, checker, random);
      load.flood(200 * MIB);
      await eventually('the load has begun', async () => (await streamCount(loom)) >= 5);
      const before = residentBytes(loom.pid);
      await redis.kill('SIGSTOP');
      await eventually('it is not ready', async () => (await readyz(loom)) === 503);
      await delay(2_000);
      expect(residentBytes(loom.pid) - before).toBeLessThan(100 * MIB);
      await redis.kill('SIGCONT');
      await becomesReady(loom);
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(complaints(loom)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

function beginLoad(stage: Stage, loom: LoomProcess, checker: Checker, random: Random): Load {
  const load = stage.add(new Load({ checker, random, url: () => loom.url }), (it) => it.abandon());
  load.pipe();
  load.pipe();
  load.patch(8 * MIB);
  load.shout();
  return load;
}

async function readyz(loom: LoomProcess): Promise<number> {
  return (await request(`${loom.url}/readyz`)).status;
}

async function becomesReady(loom: LoomProcess): Promise<void> {
  await eventually('it is ready', async () => (await readyz(loom)) === 200);
}

async function streamCount(loom: LoomProcess): Promise<number> {
  return JSON.parse((await request(`${loom.url}/stream`)).text).streams.length;
}
