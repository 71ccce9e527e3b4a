import { join } from 'node:path';
import { isLogErrorCode, LogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { RedisClient } from '../../../redis/client';
import type { Partition } from '../../../redis/partitions';
import { unexpected } from '../../../redis/resp/reply';
import { defineScript, runScript, type ScriptArg } from '../../../redis/scripts';
import { logKeys, partitionKeys } from './keys';
import type { RedisStoreSettings } from './options';

/** The scripts of each folder. The first lines of each file describe its arguments and its reply. */
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
    'save-line-index',
    'load-line-index',
  ],
  write: ['commit'],
  read: ['locate', 'record-loss', 'add-tombstone', 'offset-at'],
  nodes: ['renew-lease', 'forget-node', 'interrupt', 'extend-deadlines', 'extend-expiries'],
  catalogue: ['read-infos', 'find-by-name', 'build-name-index', 'postpone-damaged'],
} as const;

/** The name of a script of the store. */
export type LogScriptName = (typeof SCRIPTS)[keyof typeof SCRIPTS][number];

/** Runs the scripts of the store. Every method throws a LogError with the code of the script, or whatever the client throws. */
export class LogScripts {
  /** @param node names this process; another name at each start */
  constructor(
    private readonly client: RedisClient,
    readonly node: string,
    private readonly settings: Pick<RedisStoreSettings, 'lifecycleLength' | 'spanLogs'>,
  ) {
    const prelude = `local SPAN_LOGS = ${settings.spanLogs}\n`;
    for (const [folder, names] of Object.entries(SCRIPTS)) {
      for (const name of names)
        defineScript(client, commandOf(name), join(__dirname, '..', folder, 'lua', name), prelude);
    }
  }

  /**
   * Runs a script about one log.
   * @param args from ARGV[5] on: `lua/shared.lua` has the others
   * @param moreKeys from KEYS[15] on
   */
  runOnLog(
    name: LogScriptName,
    { id, generation }: Pick<LogRef, 'id'> & Partial<LogRef>,
    args: readonly ScriptArg[] = [],
    moreKeys: readonly string[] = [],
  ): Promise<unknown> {
    const shared = [id, generation ?? '', this.node, this.settings.lifecycleLength];
    return this.run(name, [...logKeys(id), ...moreKeys], [...shared, ...args]);
  }

  /** As `runOnLog`. The strings in the reply are buffers. */
  async runOnLogForBytes(
    name: LogScriptName,
    { id, generation }: LogRef,
    args: readonly ScriptArg[],
  ): Promise<unknown> {
    const shared = [id, generation, this.node, this.settings.lifecycleLength];
    const reply = await runScript(this.client, `${commandOf(name)}Buffer`, logKeys(id), [...shared, ...args]);
    return Buffer.isBuffer(reply) ? throwCode(reply.toString()) : reply;
  }

  /**
   * Runs a script about several logs of a partition.
   * @param args from ARGV[5] on
   */
  runOnPartition(name: LogScriptName, partition: Partition, args: readonly ScriptArg[]): Promise<unknown> {
    return this.run(name, partitionKeys(partition), ['', '', '', '', ...args]);
  }

  async run(name: LogScriptName, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    const reply = await runScript(this.client, commandOf(name), keys, args);
    return typeof reply === 'string' && reply !== 'CHANGED' ? throwCode(reply) : reply;
  }
}

function throwCode(reply: string): never {
  throw isLogErrorCode(reply) ? new LogError(reply) : unexpected(reply);
}

function commandOf(name: LogScriptName): string {
  return `loom_${name}`;
}
