import { join } from 'node:path';
import { toMap, toText, toTexts, unexpected } from '../../redis/resp/reply';
import type {
  JoinResult,
  LeaveReason,
  Match,
  QueueListener,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import { RELAY_PREFIX } from '../nodes/relay-keys';
import type { RelayRedis } from '../nodes/relay-redis';
import { letterOf, RECHECK_MS, RedisQueues } from '../queues/redis-queues';
import {
  type CustomHeaders,
  errorForState,
  RENDEZVOUS_STATES,
  type RendezvousOptions,
  type RendezvousQueues,
  type RendezvousStatus,
  type ReportedError,
} from './rendezvous-queues';

const INDEX = `${RELAY_PREFIX}rv-index`;

/** How many streams a list asks for at once. */
const LISTED_AT_ONCE = 200;

export class RedisRendezvous implements RendezvousQueues {
  readonly recheckMs = RECHECK_MS;
  readonly #redis: RedisQueues;

  constructor(
    redis: RelayRedis,
    private readonly options: RendezvousOptions,
    hear: QueueListener,
  ) {
    this.#redis = new RedisQueues(redis, 'rv', join(__dirname, 'lua'));
    this.#redis.listen(hear);
  }

  async create(id: string, headers: CustomHeaders): Promise<boolean> {
    const { lifetimeMs, retentionMs, streamsMax } = this.options;
    const args = [lifetimeMs, retentionMs, streamsMax, JSON.stringify(headers)];
    return (await this.#about('create', id, ...args)) === 1;
  }

  async join(id: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    const answer = await this.#about('join', id, entry, letterOf(role));
    if (typeof answer === 'number') return { kind: 'attached', withinMs: answer };
    return { kind: 'refused', why: toText(answer) };
  }

  async leave(id: string, entry: WaiterId, role: Role, why: LeaveReason): Promise<boolean> {
    return (await this.#about('leave', id, entry, letterOf(role), why)) === 1;
  }

  refresh(id: string, entry: WaiterId, role: Role): Promise<WaiterState> {
    return this.#redis.refresh('refresh', this.#redis.key(id), [id, entry, letterOf(role)]);
  }

  async finish(id: string, { transferId }: Match, { end, bytesRead }: TransferResult): Promise<boolean> {
    return (await this.#about('finish', id, transferId, end, bytesRead)) === 1;
  }

  async report(id: string, report: ReportedError): Promise<'told' | 'unknown' | 'started'> {
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
  const error = errorForState(state, report === undefined ? undefined : JSON.parse(report));
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
