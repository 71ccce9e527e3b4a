import { join } from 'node:path';
import { toMap, toText } from '../../redis/resp/reply';
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
import { type CamaQueues, type CamaSession, sessionIdOf } from './cama-queues';

export class RedisCama implements CamaQueues {
  readonly recheckMs = RECHECK_MS;
  readonly #redis: RedisQueues;

  constructor(
    redis: RelayRedis,
    private readonly sessionsMax: number,
    hear: QueueListener,
  ) {
    this.#redis = new RedisQueues(redis, 'cm', join(__dirname, 'lua'));
    this.#redis.listen(hear);
  }

  async create({ id, tokenHash, isSecure, expiresAt }: CamaSession): Promise<boolean> {
    const args = [id, tokenHash, isSecure ? 1 : 0, expiresAt, this.sessionsMax];
    return (await this.#redis.run('create', [this.#redis.key(id)], args)) === 1;
  }

  async session(id: string): Promise<CamaSession | undefined> {
    const facts = toMap(await this.#redis.run('session', [this.#redis.key(id)], []));
    const [tokenHash, expires, peer] = ['token', 'expires', 'peer'].map((name) => facts.get(name));
    if (tokenHash === undefined || expires === undefined) return undefined;
    const isSecure = facts.get('secure') === '1';
    return { id, tokenHash, isSecure, expiresAt: Number(expires), ...(peer !== undefined && { peer }) };
  }

  async permit(id: string, peer: string): Promise<void> {
    await this.#redis.run('permit', [this.#redis.key(id)], [peer]);
  }

  async remove(id: string): Promise<void> {
    await this.#redis.run('remove', [this.#redis.key(id)], [this.#redis.system, id, 'removed']);
  }

  async join(place: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    const keys = [this.#redis.key(place), this.#redis.key(sessionIdOf(place))];
    const args = [this.#redis.system, place, entry, letterOf(role)];
    const answer = await this.#redis.run('join', keys, args);
    if (typeof answer === 'number') return { kind: 'attached', withinMs: answer };
    return { kind: 'refused', why: toText(answer) };
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
    const keys = [this.#redis.key(place), this.#redis.key(sessionIdOf(place))];
    const args = [this.#redis.system, place, pair.transferId, lettersOf(pair, returning)];
    return (await this.#redis.run('finish', keys, args)) === 1;
  }

  /** Redis forgets the sessions by itself. */
  close(): void {}

  #about(script: string, place: string, ...args: readonly string[]): Promise<unknown> {
    return this.#redis.run(script, [this.#redis.key(place)], [this.#redis.system, place, ...args]);
  }
}
