import { join } from 'node:path';
import type { ScriptArg } from '../../../redis/scripts';
import { RELAY_PREFIX } from '../../nodes/relay-keys';
import type { RelayRedis } from '../../nodes/relay-redis';
import type { ScriptFolder } from '../../nodes/script-folder';

type Args = readonly ScriptArg[];

/** The scripts of the packet proxy, whose keys `lua/shared.lua` describes, and two commands. All throw LogError. */
export class PacketScripts {
  readonly #scripts: ScriptFolder;

  constructor(private readonly redis: RelayRedis) {
    this.#scripts = redis.load(join(__dirname, '..', 'lua'));
  }

  async text(script: string, args: Args): Promise<string> {
    return String(await this.#scripts.run(script, [RELAY_PREFIX], args));
  }

  /** The list is empty if the script returns nothing. */
  async texts(script: string, args: Args): Promise<readonly string[]> {
    return listOf(await this.#scripts.run(script, [RELAY_PREFIX], args)).map(String);
  }

  /** A number becomes its digits. */
  async buffers(script: string, args: Args): Promise<readonly Buffer[]> {
    const reply = listOf(await this.#scripts.runBuffer(script, [RELAY_PREFIX], args));
    return reply.map((item) => (Buffer.isBuffer(item) ? item : Buffer.from(String(item))));
  }

  async acceptsDebug(client: string): Promise<boolean> {
    return (await this.#orLogError(this.redis.client.hget(`${RELAY_PREFIX}pk:c:${client}`, 'debug'))) === '1';
  }

  outgoingCount(): Promise<number> {
    return this.#orLogError(this.redis.client.hlen(`${RELAY_PREFIX}pk:up`));
  }

  async #orLogError<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      throw this.redis.wording.toLogError(error);
    }
  }
}

function listOf(reply: unknown): readonly unknown[] {
  if (reply === null || reply === undefined) return [];
  return Array.isArray(reply) ? reply : [reply];
}
