import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../support/http';
import { PATIENCE_MS } from '../support/patience';
import { Checker } from './checker';
import { eventually } from './eventually';
import { complaints } from './health';
import { Load } from './load';
import { itAtRandom, ROUNDS } from './random';
import { freshStore, STORES, withStage } from './stage';

const TIME_LIMIT_MS = PATIENCE_MS * 2 + ROUNDS * 20_000;

describe.each(STORES)('a server on %s that is killed repeatedly', (name) => {
  const stage = withStage();

  itAtRandom(
    'no stream loses or repeats a byte',
    async (random) => {
      const loom = await stage.loom(await freshStore(stage, name));
      const checker = new Checker();
      const load = stage.add(new Load({ checker, random, url: () => loom.url }), (it) => it.abandon());
      load.pipe();
      load.pipe();
      load.patch(8_000_000);
      for (let round = 0; round < ROUNDS; round += 1) {
        load.shout();
        await delay(random.between(50, 800));
        await loom.kill('SIGKILL');
        await delay(random.between(0, 200));
        await loom.restart();
      }
      await load.finish();
      expect(await checker.violations(loom.url)).toEqual([]);

      await loom.restart();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(complaints(loom)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  it('a pipe into bin/stream stores every line', async () => {
    const loom = await stage.loom(await freshStore(stage, name));
    const script = 'for i in {1..40}; do echo $i; sleep 0.05; done | "$0" "$1" counted';
    const pipe = spawn('bash', [
      '-c',
      `set -o pipefail; ${script}`,
      join(__dirname, '../../bin/stream'),
      loom.url,
    ]);
    const exited = once(pipe, 'close');
    await eventually('the first numbers are there', async () =>
      (await request(`${loom.url}/stream/counted?notail`)).text.includes('\n3\n'),
    );
    await loom.restart();
    expect((await exited)[0]).toBe(0);
    const { text, headers } = await request(`${loom.url}/stream/counted`);
    expect(text).toBe(Array.from({ length: 40 }, (_, i) => `${i + 1}\n`).join(''));
    expect(headers['x-stream-state']).toBe('closed; outcome=complete');
  });
});
