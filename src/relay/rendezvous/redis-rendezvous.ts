import { join } from 'node:path';
import { toMap, toText, toTexts, unexpected } from '../../redis/resp/reply';
import type { Attached, Ended, Entry, Hear, Leaving, Pair, Role, Standing } from '../match/queues';
import { PREFIX } from '../nodes/relay-keys';
import type { RelayRedis } from '../nodes/relay-redis';
import { LOOK_EVERY_MS, letterOf, RedisPlaces } from '../queues/redis-queues';
import {
  type CustomHeaders,
  errorOf,
  RENDEZVOUS_STATES,
  type RendezvousOptions,
  type RendezvousPlaces,
  type RendezvousStatus,
  type Report,
} from './rendezvous-queues';

const INDEX = `${PREFIX}rv-index`;

/** How many streams a list asks for at once. */
const LISTED_AT_ONCE = 200;

export class RedisRendezvous implements RendezvousPlaces {
  readonly lookEveryMs = LOOK_EVERY_MS;
  readonly #redis: RedisPlaces;

  constructor(
    redis: RelayRedis,
    private readonly options: RendezvousOptions,
    hear: Hear,
  ) {
    this.#redis = new RedisPlaces(redis, 'rv', join(__dirname, 'lua'));
    this.#redis.listen(hear);
  }

  async create(id: string, headers: CustomHeaders): Promise<boolean> {
    const { lifetimeMs, retentionMs, streamsMax } = this.options;
    const args = [lifetimeMs, retentionMs, streamsMax, JSON.stringify(headers)];
    return (await this.#about('create', id, ...args)) === 1;
  }

  async attach(id: string, entry: Entry, role: Role): Promise<Attached> {
    const answer = await this.#about('join', id, entry, letterOf(role));
    if (typeof answer === 'number') return { kind: 'attached', withinMs: answer };
    return { kind: 'refused', why: toText(answer) };
  }

  async leave(id: string, entry: Entry, role: Role, why: Leaving): Promise<boolean> {
    return (await this.#about('leave', id, entry, letterOf(role), why)) === 1;
  }

  look(id: string, entry: Entry, role: Role): Promise<Standing> {
    return this.#redis.look('refresh', this.#redis.key(id), [id, entry, letterOf(role)]);
  }

  async finish(id: string, { exchange }: Pair, { end, taken }: Ended): Promise<boolean> {
    return (await this.#about('finish', id, exchange, end, taken)) === 1;
  }

  async report(id: string, report: Report): Promise<'told' | 'unknown' | 'started'> {
    const answer = await this.#about('report', id, JSON.stringify(report));
    if (answer === 'told' || answer === 'unknown' || answer === 'started') return answer;
    return unexpected(answer);
  }

  async progress(id: string, bytes: number): Promise<void> {
    await this.#about('progress', id, bytes);
  }

  async status(id: string): Promise<RendezvousStatus | undefined> {
    const facts = toMap(await this.#about('status', id));
    return facts.size === 0 ? undefined : toStatus(id, facts);
  }

  async headers(id: string): Promise<CustomHeaders | undefined> {
    return (await this.status(id))?.headers;
  }

  async list(): Promise<readonly RendezvousStatus[]> {
    const ids = toTexts(await this.#redis.run('list', [INDEX], []));
    const found: RendezvousStatus[] = [];
    for (let at = 0; at < ids.length; at += LISTED_AT_ONCE) {
      const page = await Promise.all(ids.slice(at, at + LISTED_AT_ONCE).map((id) => this.status(id)));
      found.push(...page.filter((status) => status !== undefined));
    }
    return found.sort((one, other) => one.createdAt - other.createdAt);
  }

  /** Redis forgets the streams by itself. */
  close(): void {}

  #about(script: string, id: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#redis.run(script, [this.#redis.key(id)], [id, ...args]);
  }
}

function toStatus(id: string, facts: ReadonlyMap<string, string>): RendezvousStatus {
  const state = RENDEZVOUS_STATES.find((one) => one === facts.get('state')) ?? unexpected(facts.get('state'));
  const [deactivated, report] = [facts.get('deactivated'), facts.get('report')];
  const error = errorOf(state, report === undefined ? undefined : JSON.parse(report));
  return {
    id,
    state,
    createdAt: Number(facts.get('created')),
    headers: JSON.parse(facts.get('headers') ?? '{}'),
    bytes: Number(facts.get('bytes')),
    ...(deactivated !== undefined && { deactivatedAt: Number(deactivated) }),
    ...(error !== undefined && { error }),
  };
}
