import { toTexts, unexpected } from '../../redis/resp/reply';
import type { Match, QueueEvent, QueueListener, Role, WaiterId, WaiterState } from '../match/queues';
import type { MessageFields } from '../nodes/node-bus';
import { RELAY_PREFIX } from '../nodes/relay-keys';
import type { RelayRedis } from '../nodes/relay-redis';
import type { ScriptArg, ScriptFolder } from '../nodes/script-folder';

/** How often a side that waits looks where it stands. */
export const RECHECK_MS = 2_000;

/** The places of one relay in Redis, as far as the relays are alike. */
export class RedisQueues {
  readonly #scripts: ScriptFolder;

  /**
   * @param system names the protocol in keys and messages, such as `hp`
   * @param folder has the protocol's scripts
   */
  constructor(
    private readonly redis: RelayRedis,
    readonly system: string,
    folder: string,
  ) {
    this.#scripts = redis.load(folder);
  }

  /** @param hear is told what the scripts tell this node */
  listen(hear: QueueListener): void {
    this.redis.bus.on(this.system, (fields) => {
      const { place, me } = fields;
      const news = toNews(fields);
      if (place !== undefined && me !== undefined) hear(place, me, news);
    });
  }

  key(name: string): string {
    return `${RELAY_PREFIX}${this.system}:${name}`;
  }

  /** @throws LogError */
  run(script: string, keys: readonly string[], args: readonly ScriptArg[]): Promise<unknown> {
    return this.#scripts.run(script, keys, args);
  }

  async refresh(script: string, key: string, args: readonly ScriptArg[]): Promise<WaiterState> {
    const [kind, transferId = '', sender = '', receiver = ''] = toTexts(await this.run(script, [key], args));
    if (kind === 'paired') return { kind, pair: { transferId, sender, receiver } };
    return kind === 'waiting' ? { kind } : { kind: 'gone' };
  }
}

export function letterOf(role: Role): 's' | 'r' {
  return role === 'sender' ? 's' : 'r';
}

/** The roles of those that return, as the scripts take them. */
export function lettersOf(pair: Match, returning: readonly WaiterId[]): string {
  return `${returning.includes(pair.sender) ? 's' : ''}${returning.includes(pair.receiver) ? 'r' : ''}`;
}

function toNews({ k, x, s, r, why }: MessageFields): QueueEvent {
  if (k === 'pair' && x !== undefined && s !== undefined && r !== undefined) {
    return { kind: 'pair', pair: { transferId: x, sender: s, receiver: r } };
  }
  if (k === 'again' && x !== undefined) return { kind: 'again', exchange: x };
  if (k === 'gone') return { kind: 'gone', why: why ?? '' };
  return unexpected(k);
}
