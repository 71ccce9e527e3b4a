import { toText, toTexts, unexpected } from '../../redis/resp/reply';
import type { ScriptArg } from '../../redis/scripts';
import type {
  JoinResult,
  LeaveReason,
  Match,
  QueueEvent,
  QueueListener,
  Queues,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import type { MessageFields } from '../nodes/node-bus';
import { RELAY_PREFIX } from '../nodes/relay-keys';
import type { RelayRedis } from '../nodes/relay-redis';
import type { ScriptFolder } from '../nodes/script-folder';

const RECHECK_MS = 2_000;

/** The queues of one relay in Redis. Each protocol has scripts of these names, which get the same arguments. */
export class RedisQueues implements Queues {
  readonly recheckMs = RECHECK_MS;
  readonly #scripts: ScriptFolder;

  /** @param system names the protocol in keys and messages, such as `hp` @param folder has the protocol's scripts */
  constructor(
    redis: RelayRedis,
    private readonly system: string,
    folder: string,
    listener: QueueListener,
  ) {
    this.#scripts = redis.load(folder);
    redis.bus.on(system, (fields) => {
      const { place, me } = fields;
      const event = toEvent(fields);
      if (place !== undefined && me !== undefined) listener(place, me, event);
    });
  }

  async join(queue: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const reply = await this.run('join', queue, id, letterOf(role));
    if (typeof reply === 'number') return { kind: 'joined', withinMs: reply };
    return reply === null ? { kind: 'joined' } : { kind: 'refused', reason: toText(reply) };
  }

  async leave(queue: string, id: WaiterId, role: Role, reason: LeaveReason): Promise<boolean> {
    return (await this.run('leave', queue, id, letterOf(role), reason)) === 1;
  }

  async refresh(queue: string, id: WaiterId, role: Role): Promise<WaiterState> {
    const reply = toTexts(await this.run('refresh', queue, id, letterOf(role)));
    const [kind, transferId = '', sender = '', receiver = ''] = reply;
    if (kind === 'paired') return { kind: 'matched', match: { transferId, sender, receiver } };
    return kind === 'waiting' ? { kind } : { kind: 'gone' };
  }

  async finish(
    queue: string,
    { transferId, sender, receiver }: Match,
    { end, bytesRead }: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean> {
    const roles = `${requeued.includes(sender) ? 's' : ''}${requeued.includes(receiver) ? 'r' : ''}`;
    return (await this.run('finish', queue, transferId, roles, end, bytesRead)) === 1;
  }

  /** Redis itself expires what the queues hold. */
  close(): void {}

  /** @throws LogError */
  protected run(script: string, queue: string, ...args: readonly ScriptArg[]): Promise<unknown> {
    return this.#scripts.run(script, [`${RELAY_PREFIX}${this.system}:${queue}`], [queue, ...args]);
  }
}

function letterOf(role: Role): 's' | 'r' {
  return role === 'sender' ? 's' : 'r';
}

function toEvent({ k, x, s, r, why = '' }: MessageFields): QueueEvent {
  if (k === 'pair' && x !== undefined && s !== undefined && r !== undefined) {
    return { kind: 'pair', match: { transferId: x, sender: s, receiver: r } };
  }
  if (k === 'again' && x !== undefined) return { kind: 'again', transferId: x };
  if (k === 'gone') return { kind: 'gone', reason: why };
  return unexpected(k);
}
