import { join } from 'node:path';
import { LOG_ERRORS, LogError, type LogErrorCode } from '../../../core/log/errors';
import type { RedisClient } from '../../../redis/client';
import { unexpected } from '../../../redis/resp/reply';
import { scriptSource } from '../../../redis/scripts';

/** The scripts of each folder. The first lines of each file describe its arguments and its answer. */
const SCRIPTS = {
  lifecycle: [
    'create',
    'info',
    'attach',
    'release',
    'annotate',
    'seal',
    'abandon',
    'touch',
    'remove',
    'purge',
    'stage-copy',
    'add-fork-ref',
    'drop-fork-ref',
    'list-fork-refs',
    'log-exists',
  ],
  write: ['commit'],
  read: ['locate', 'record-loss', 'add-tombstone'],
  nodes: ['renew-lease', 'forget-node', 'interrupt', 'extend-deadlines', 'extend-expiries'],
  catalogue: ['read-infos', 'find-by-name', 'build-name-index', 'postpone-damaged'],
} as const;

export type LogScriptName = (typeof SCRIPTS)[keyof typeof SCRIPTS][number];

/**
 * Defines the scripts as commands of a client. ioredis sends a script again when Redis has forgotten it, as after a restart.
 * @param spanLogs how many logs of a partition make a span of the index of names
 */
export function defineLogScripts(client: RedisClient, spanLogs: number): void {
  for (const [folder, names] of Object.entries(SCRIPTS)) {
    for (const name of names) {
      const source = scriptSource(join(__dirname, '..', folder, 'lua', name));
      client.defineCommand(commandOf(name), { lua: `local SPAN_LOGS = ${spanLogs}\n${source}` });
    }
  }
}

/** @throws LogError with the code that the script answered with; whatever the client throws */
export async function runLogScript(
  client: RedisClient,
  name: LogScriptName,
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
