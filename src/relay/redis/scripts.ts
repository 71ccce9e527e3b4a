import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisClient } from '../../storage/redis/client';
import type { ErrorWording } from '../../storage/redis/error-wording';

export type Arg = string | number | Buffer;

const LUA = join(__dirname, 'lua');

/** A script whose first line is `-- uses <name>` has that one put before it. */
const USES = /^-- uses ([\w-]+)\n/;

/** The scripts of the relays, one file a step. One that Redis has forgotten, ioredis sends again by itself. */
export class Scripts {
  constructor(
    private readonly client: RedisClient,
    private readonly wording: ErrorWording,
  ) {
    for (const file of readdirSync(LUA)) {
      const name = file.replace(/\.lua$/, '');
      client.defineCommand(commandOf(name), { lua: sourceOf(name) });
    }
  }

  /** @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL` */
  run(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    return this.#call(commandOf(script), keys, args);
  }

  runBuffer(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    return this.#call(`${commandOf(script)}Buffer`, keys, args);
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

function sourceOf(name: string): string {
  const own = readFileSync(join(LUA, `${name}.lua`), 'utf8');
  const used = USES.exec(own)?.[1];
  return used === undefined ? own : `${sourceOf(used)}\n${own}`;
}

function commandOf(name: string): string {
  return `relay_${name}`;
}
