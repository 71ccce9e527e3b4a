import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_ERRORS, LogError, type LogErrorCode } from '../../core/errors';
import type { RedisClient } from './client';
import { unexpected } from './reply';

/** The scripts about logs; `shared.lua` is put before each. What they take and answer is said at the top of each file. */
const WITH_SHARED = [
  'info',
  'locate',
  'lose',
  'attach',
  'release',
  'interrupt',
  'annotate',
  'seal',
  'abandon',
  'touch',
  'remove',
  'purge',
  'hold',
  'let-go',
  'forks',
  'is-there',
  'find',
  'infos',
] as const;
/** Those that bring logs into the index of names; `spans.lua` is put before each as well. */
const INDEXING = ['create', 'index'] as const;
const ABOUT_OTHERS = ['renew', 'bury', 'put-off', 'stage'] as const;

export type ScriptName =
  | (typeof WITH_SHARED)[number]
  | (typeof INDEXING)[number]
  | 'commit'
  | (typeof ABOUT_OTHERS)[number];

/** Makes the scripts known to a client. One that Redis has forgotten, as after a restart, ioredis sends again by itself. */
export function loadScripts(client: RedisClient, spanLogs: number): void {
  const load = (name: string): string => readFileSync(join(__dirname, 'lua', `${name}.lua`), 'utf8');
  const shared = load('shared');
  for (const name of WITH_SHARED) client.defineCommand(commandOf(name), { lua: `${shared}\n${load(name)}` });
  const spans = `${shared}\nlocal SPAN_LOGS = ${spanLogs}\n${load('spans')}`;
  for (const name of INDEXING) client.defineCommand(commandOf(name), { lua: `${spans}\n${load(name)}` });
  client.defineCommand(commandOf('commit'), { lua: `${shared}\n${load('judging')}\n${load('commit')}` });
  for (const name of ABOUT_OTHERS) client.defineCommand(commandOf(name), { lua: load(name) });
}

/** @throws LogError with the code that the script answered with; whatever the client throws */
export async function runScript(
  client: RedisClient,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const command: unknown = Reflect.get(client, commandOf(name));
  if (typeof command !== 'function') throw new Error(`the script ${name} is not loaded`);
  const reply: unknown = await Reflect.apply(command, client, [keys.length, ...keys, ...args]);
  if (typeof reply === 'string' && reply !== 'CHANGED')
    throw isErrorCode(reply) ? new LogError(reply) : unexpected(reply);
  return reply;
}

function commandOf(name: string): string {
  return `loom_${name}`;
}

function isErrorCode(text: string): text is LogErrorCode {
  return Object.hasOwn(LOG_ERRORS, text);
}
