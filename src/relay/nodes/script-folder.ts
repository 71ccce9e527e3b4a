import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisClient } from '../../redis/client';
import type { ErrorWording } from '../../redis/failures/error-wording';
import { defineScript, runScript, type ScriptArg } from '../../redis/scripts';

/** The scripts of one folder, one file per step. */
export class ScriptFolder {
  constructor(
    private readonly client: RedisClient,
    private readonly wording: ErrorWording,
    private readonly folder: string,
  ) {
    for (const file of readdirSync(folder)) {
      const path = join(folder, file.replace(/\.lua$/, ''));
      defineScript(client, path, path);
    }
  }

  /** @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL` */
  async run(script: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    try {
      return await runScript(this.client, join(this.folder, script), keys, args);
    } catch (error) {
      throw this.wording.toLogError(error);
    }
  }

  /** As `run`, with strings as buffers. */
  runBuffer(script: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    return this.run(`${script}Buffer`, keys, args);
  }
}
