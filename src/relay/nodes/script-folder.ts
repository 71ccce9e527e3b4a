import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RedisClient } from '../../storage/redis/client';
import type { ErrorWording } from '../../storage/redis/error-wording';

export type Arg = string | number | Buffer;

/** A script whose first line is `-- uses <path>` has that file put before it. The path is relative to its own, and without `.lua`. */
const USES = /^-- uses (\S+)\n/;

/** The scripts of one folder, one file per step. ioredis sends a script again if Redis has forgotten it. */
export class Scripts {
  constructor(
    private readonly client: RedisClient,
    private readonly wording: ErrorWording,
    private readonly folder: string,
  ) {
    for (const file of readdirSync(folder)) {
      const path = join(folder, file.replace(/\.lua$/, ''));
      client.defineCommand(path, { lua: sourceOf(path) });
    }
  }

  /** @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL` */
  run(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    return this.#call(join(this.folder, script), keys, args);
  }

  runBuffer(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    return this.#call(`${join(this.folder, script)}Buffer`, keys, args);
  }

  async #call(name: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    const command: unknown = Reflect.get(this.client, name);
    if (typeof command !== 'function') throw new Error(`there is no script ${name}`);
    try {
      return await Reflect.apply(command, this.client, [keys.length, ...keys, ...args]);
    } catch (error) {
      throw this.wording.toLogError(error);
    }
  }
}

function sourceOf(path: string): string {
  const own = readFileSync(`${path}.lua`, 'utf8');
  const used = USES.exec(own)?.[1];
  return used === undefined ? own : `${sourceOf(join(dirname(path), used))}\n${own}`;
}
