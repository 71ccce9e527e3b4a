import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RedisClient } from './client';

/** Lines at the top of a script. Each names a file, relative to the script and without `.lua`, whose text comes before the script. */
const USES = /^-- uses (\S+)\n/;

/** The text of a Lua script, after the files that it uses. @param path without `.lua` @throws Error when a file is missing */
export function scriptSource(path: string): string {
  const sources = new Map<string, string>();
  collect(path, sources);
  return [...sources.values()].join('\n');
}

function collect(path: string, sources: Map<string, string>): void {
  let source = readFileSync(`${path}.lua`, 'utf8');
  for (let used = USES.exec(source); used?.[1] !== undefined; used = USES.exec(source)) {
    source = source.slice(used[0].length);
    const usedPath = join(dirname(path), used[1]);
    if (!sources.has(usedPath)) collect(usedPath, sources);
  }
  sources.set(path, source);
}

/** An argument of a script. */
export type ScriptArg = string | number | Buffer;

/** Defines the script at `path` as a command. ioredis sends it again when Redis has forgotten it. @param prelude Lua before it */
export function defineScript(client: RedisClient, command: string, path: string, prelude = ''): void {
  client.defineCommand(command, { lua: prelude + scriptSource(path) });
}

/** Runs a script that `defineScript` defined. @throws whatever the client throws */
export async function runScript(
  client: RedisClient,
  command: string,
  keys: readonly string[],
  args: readonly ScriptArg[],
): Promise<unknown> {
  const run: unknown = Reflect.get(client, command);
  if (typeof run !== 'function') throw new Error(`there is no script ${command}`);
  return Reflect.apply(run, client, [keys.length, ...keys, ...args]);
}
