import { setTimeout as delay } from 'node:timers/promises';
import { Checker } from './checker';
import { complaints } from './health';
import { Load } from './load';
import { itAtRandom, ROUNDS } from './random';
import { freshStore, STORES, withStage } from './stage';

const STOP_TIMEOUT_MS = 5_000;

describe.each(STORES)('a server on %s that is told to stop under load', (name) => {
  const stage = withStage();

  itAtRandom(
    'ends in time and in order, and everybody goes on at its successor',
    async (random) => {
      const loom = await stage.loom(await freshStore(stage, name), `stopTimeout: ${STOP_TIMEOUT_MS}ms`);
      const checker = new Checker();
      const load = stage.add(new Load({ checker, random, url: () => loom.url }), (it) => it.abandon());
      load.pipe();
      load.patch(5_000_000);
      for (let round = 0; round < Math.ceil(ROUNDS / 3); round += 1) {
        load.shout();
        await delay(random.between(200, 800));
        const began = performance.now();
        expect(await loom.kill('SIGTERM')).toBe(0);
        expect(performance.now() - began).toBeLessThan(STOP_TIMEOUT_MS);
        await loom.restart();
      }
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(complaints(loom)).toEqual([]);
    },
    60_000,
  );
});
