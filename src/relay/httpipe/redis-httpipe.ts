import { join } from 'node:path';
import { toTexts } from '../../redis/resp/reply';
import type { Attached, Ended, Entry, Hear, Pair, Role, Standing } from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { LOOK_EVERY_MS, letterOf, lettersOf, RedisPlaces } from '../queues/redis-queues';
import { DESTROYED, type HttpipePlaces } from './httpipe-queues';

export class RedisHttpipe implements HttpipePlaces {
  readonly lookEveryMs = LOOK_EVERY_MS;
  readonly #redis: RedisPlaces;

  constructor(redis: RelayRedis, hear: Hear) {
    this.#redis = new RedisPlaces(redis, 'hp', join(__dirname, 'lua'));
    this.#redis.listen(hear);
  }

  async attach(place: string, entry: Entry, role: Role): Promise<Attached> {
    await this.#about('join', place, entry, letterOf(role));
    return { kind: 'attached' };
  }

  async leave(place: string, entry: Entry, role: Role): Promise<boolean> {
    return (await this.#about('leave', place, entry, letterOf(role))) === 1;
  }

  look(place: string, entry: Entry, role: Role): Promise<Standing> {
    const { system } = this.#redis;
    return this.#redis.look('refresh', this.#redis.key(place), [system, place, entry, letterOf(role)]);
  }

  async finish(place: string, pair: Pair, _ended: Ended, returning: readonly Entry[]): Promise<boolean> {
    const letters = lettersOf(pair, returning);
    return (await this.#about('finish', place, pair.exchange, letters)) === 1;
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
