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
  'extend',
  'remove',
  'purge',
  'hold',
  'let-go',
  'forks',
  'is-there',
  'infos',
  'commit',
  'create',
  'index',
  'find',
] as const;
/** What is put between `shared.lua` and these. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['commit', ['judging']],
  ['create', ['spans']],
  ['index', ['built', 'spans']],
  ['find', ['built']],
]);
const ABOUT_OTHERS = ['renew', 'bury', 'put-off', 'postpone', 'stage', 'note-lost'] as const;

export type ScriptName = (typeof WITH_SHARED)[number] | (typeof ABOUT_OTHERS)[number];

/** Makes the scripts known to a client. One that Redis has forgotten, as after a restart, ioredis sends again by itself. */
export function loadScripts(client: RedisClient, spanLogs: number): void {
  const load = (name: string): string => readFileSync(join(__dirname, 'lua', `${name}.lua`), 'utf8');
  const shared = `${load('shared')}\nlocal SPAN_LOGS = ${spanLogs}`;
  for (const name of WITH_SHARED) {
    const lua = [shared, ...(PARTS.get(name) ?? []).map(load), load(name)].join('\n');
    client.defineCommand(commandOf(name), { lua });
  }
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
