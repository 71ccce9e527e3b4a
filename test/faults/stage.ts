import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, type RedisServerOptions, startRedisServer } from '../support/redis-server';

/** What a test has started: ended in the reverse order, whether it has passed or failed. */
export class Stage {
  readonly #ends: (() => unknown)[] = [];

  /** @returns what it was given */
  add<T>(thing: T, end: (thing: T) => unknown): T {
    this.#ends.push(() => end(thing));
    return thing;
  }

  async directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'loom-faults-'));
    return this.add(path, () => rm(path, { recursive: true, force: true }));
  }

  async redis(options?: RedisServerOptions): Promise<RedisServer> {
    return this.add(await startRedisServer(options), (redis) => redis.stop());
  }

  /** @param config YAML */
  async loom(store: string, config = ''): Promise<LoomProcess> {
    const file = join(await this.directory(), 'loom.yaml');
    writeFileSync(file, config);
    const loom = await LoomProcess.start({ store, args: ['-c', file] });
    return this.add(loom, () => loom.isRunning && loom.kill('SIGKILL'));
  }

  async clear(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** A stage for each test of the surrounding `describe`, cleared after it. */
export function withStage(): Stage {
  const stage = new Stage();
  afterEach(() => stage.clear());
  return stage;
}

export const STORES = ['files', 'Redis'] as const;
export type StoreName = (typeof STORES)[number];

/** The URL of a fresh store. */
export async function freshStore(stage: Stage, name: StoreName): Promise<string> {
  return name === 'files' ? `file:${await stage.directory()}` : (await stage.redis()).url;
}
