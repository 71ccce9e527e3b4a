import { setTimeout as delay } from 'node:timers/promises';
import { Checker } from './checker';
import { complaints } from './health';
import { Load } from './load';
import { itAtRandom, ROUNDS } from './random';
import { freshStore, STORES, withStage } from './stage';

describe.each(STORES)('a server on %s that gets SIGTERM under load', (name) => {
  const stage = withStage();

  itAtRandom(
    'the server stops without closing requests, and every client continues after the restart',
    async (random) => {
      const loom = await stage.loom(await freshStore(stage, name), 'stopTimeout: 1m');
      const checker = new Checker();
      const load = stage.add(new Load({ checker, random, url: () => loom.url }), (it) => it.abandon());
      load.pipe();
      load.patch(5_000_000);
      for (let round = 0; round < Math.ceil(ROUNDS / 3); round += 1) {
        load.shout();
        await delay(random.between(200, 800));
        expect(await loom.kill('SIGTERM')).toBe(0);
        await loom.restart();
      }
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(loom.stdout).not.toContain('stopTimeout is over');
      expect(complaints(loom)).toEqual([]);
    },
  );
});
