import { join } from 'node:path';
import { toTexts } from '../../redis/resp/reply';
import type {
  JoinResult,
  Match,
  QueueListener,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { letterOf, lettersOf, RECHECK_MS, RedisQueues } from '../queues/redis-queues';
import { DESTROYED, type HttpipeQueues } from './httpipe-queues';

export class RedisHttpipe implements HttpipeQueues {
  readonly recheckMs = RECHECK_MS;
  readonly #redis: RedisQueues;

  constructor(redis: RelayRedis, hear: QueueListener) {
    this.#redis = new RedisQueues(redis, 'hp', join(__dirname, 'lua'));
    this.#redis.listen(hear);
  }

  async join(place: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    await this.#about('join', place, entry, letterOf(role));
    return { kind: 'attached' };
  }

  async leave(place: string, entry: WaiterId, role: Role): Promise<boolean> {
    return (await this.#about('leave', place, entry, letterOf(role))) === 1;
  }

  refresh(place: string, entry: WaiterId, role: Role): Promise<WaiterState> {
    const { system } = this.#redis;
    return this.#redis.refresh('refresh', this.#redis.key(place), [system, place, entry, letterOf(role)]);
  }

  async finish(
    place: string,
    pair: Match,
    _ended: TransferResult,
    returning: readonly WaiterId[],
  ): Promise<boolean> {
    const letters = lettersOf(pair, returning);
    return (await this.#about('finish', place, pair.transferId, letters)) === 1;
  }

  async destroy(namespace: string, channel?: string): Promise<void> {
    const names = [encodeURIComponent(namespace), encodeURIComponent(channel ?? '')];
    await this.#redis.run('destroy', [this.#redis.key('')], [this.#redis.system, ...names, DESTROYED]);
  }

  namespaces(): Promise<readonly string[]> {
    return this.#list('');
  }

  channels(namespace: string): Promise<readonly string[]> {
    return this.#list(encodeURIComponent(namespace));
  }

  async #list(namespace: string): Promise<readonly string[]> {
    const names = toTexts(await this.#redis.run('list', [this.#redis.key('')], [namespace]));
    return names.map(decodeURIComponent);
  }

  #about(script: string, place: string, ...args: readonly string[]): Promise<unknown> {
    return this.#redis.run(script, [this.#redis.key(place)], [this.#redis.system, place, ...args]);
  }
}
