import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisClient } from '../../redis/client';
import type { ErrorWording } from '../../redis/failures/error-wording';
import { scriptSource } from '../../redis/scripts';

export type ScriptArg = string | number | Buffer;

/** The scripts of one folder, one file per step. ioredis sends a script again if Redis has forgotten it. */
export class ScriptFolder {
  constructor(
    private readonly client: RedisClient,
    private readonly wording: ErrorWording,
    private readonly folder: string,
  ) {
    for (const file of readdirSync(folder)) {
      const path = join(folder, file.replace(/\.lua$/, ''));
      client.defineCommand(path, { lua: scriptSource(path) });
    }
  }

  /** @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL` */
  run(script: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    return this.#call(join(this.folder, script), keys, args);
  }

  runBuffer(script: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    return this.#call(`${join(this.folder, script)}Buffer`, keys, args);
  }

  async #call(name: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    const command: unknown = Reflect.get(this.client, name);
    if (typeof command !== 'function') throw new Error(`there is no script ${name}`);
    try {
      return await Reflect.apply(command, this.client, [keys.length, ...keys, ...args]);
    } catch (error) {
      throw this.wording.toLogError(error);
    }
  }
}
