import { join } from 'node:path';
import { toMap, toText } from '../../redis/resp/reply';
import type { Attached, Ended, Entry, Hear, Pair, Role, Standing } from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { LOOK_EVERY_MS, letterOf, lettersOf, RedisPlaces } from '../queues/redis-queues';
import { type CamaPlaces, type CamaSession, sessionOf } from './cama-queues';

export class RedisCama implements CamaPlaces {
  readonly lookEveryMs = LOOK_EVERY_MS;
  readonly #redis: RedisPlaces;

  constructor(
    redis: RelayRedis,
    private readonly sessionsMax: number,
    hear: Hear,
  ) {
    this.#redis = new RedisPlaces(redis, 'cm', join(__dirname, 'lua'));
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

  async attach(place: string, entry: Entry, role: Role): Promise<Attached> {
    const keys = [this.#redis.key(place), this.#redis.key(sessionOf(place))];
    const args = [this.#redis.system, place, entry, letterOf(role)];
    const answer = await this.#redis.run('join', keys, args);
    if (typeof answer === 'number') return { kind: 'attached', withinMs: answer };
    return { kind: 'refused', why: toText(answer) };
  }

  async leave(place: string, entry: Entry, role: Role): Promise<boolean> {
    return (await this.#about('leave', place, entry, letterOf(role))) === 1;
  }

  look(place: string, entry: Entry, role: Role): Promise<Standing> {
    const { system } = this.#redis;
    return this.#redis.look('refresh', this.#redis.key(place), [system, place, entry, letterOf(role)]);
  }

  async finish(place: string, pair: Pair, _ended: Ended, returning: readonly Entry[]): Promise<boolean> {
    const keys = [this.#redis.key(place), this.#redis.key(sessionOf(place))];
    const args = [this.#redis.system, place, pair.exchange, lettersOf(pair, returning)];
    return (await this.#redis.run('finish', keys, args)) === 1;
  }

  /** Redis forgets the sessions by itself. */
  close(): void {}

  #about(script: string, place: string, ...args: readonly string[]): Promise<unknown> {
    return this.#redis.run(script, [this.#redis.key(place)], [this.#redis.system, place, ...args]);
  }
}
