import { join } from 'node:path';
import { toMap, toTexts, unexpected } from '../../redis/resp/reply';
import type { QueueListener } from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { RedisQueues } from '../queues/redis-queues';
import {
  type CustomHeaders,
  errorForState,
  RENDEZVOUS_STATES,
  type RendezvousFailure,
  type RendezvousOptions,
  type RendezvousQueues,
  type RendezvousStatus,
  type ReportOutcome,
} from './rendezvous-queues';

/** How many streams a list reads at once. */
const LISTED_AT_ONCE = 200;

/** The streams of HTTP-Rendezvous in Redis, shared by all nodes. */
export class RedisRendezvous extends RedisQueues implements RendezvousQueues {
  constructor(
    redis: RelayRedis,
    private readonly options: RendezvousOptions,
    listener: QueueListener,
  ) {
    super(redis, 'rv', join(__dirname, 'lua'), listener);
  }

  async create(id: string, headers: CustomHeaders): Promise<boolean> {
    const { lifetime, retention, streams } = this.options;
    return (await this.run('create', id, lifetime, retention, streams, JSON.stringify(headers))) === 1;
  }

  async report(id: string, report: RendezvousFailure): Promise<ReportOutcome> {
    const reply = await this.run('report', id, JSON.stringify(report));
    if (reply === 'reported' || reply === 'unknown' || reply === 'started') return reply;
    return unexpected(reply);
  }

  async progress(id: string, bytes: number): Promise<void> {
    await this.run('progress', id, bytes);
  }

  async status(id: string): Promise<RendezvousStatus | undefined> {
    const facts = toMap(await this.run('status', id));
    return facts.size === 0 ? undefined : toStatus(id, facts);
  }

  async headers(id: string): Promise<CustomHeaders | undefined> {
    return (await this.status(id))?.headers;
  }

  async list(): Promise<readonly RendezvousStatus[]> {
    const ids = toTexts(await this.run('list', ''));
    const found: RendezvousStatus[] = [];
    for (let at = 0; at < ids.length; at += LISTED_AT_ONCE) {
      const page = await Promise.all(ids.slice(at, at + LISTED_AT_ONCE).map((id) => this.status(id)));
      found.push(...page.filter((status) => status !== undefined));
    }
    return found.sort((one, other) => one.createdAt - other.createdAt);
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
