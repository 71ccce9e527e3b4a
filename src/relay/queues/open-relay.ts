import { Matchmaker } from '../match/matchmaker';
import type { QueueListener, Queues } from '../match/queues';
import type { RelayContext } from '../nodes/relay-context';
import type { RelayRedis } from '../nodes/relay-redis';

interface QueueFactories<Q extends Queues> {
  memory(listener: QueueListener): Q;
  redis(redis: RelayRedis, listener: QueueListener): Q;
}

export interface RelayOptions {
  /** The most waiters on this node. */
  readonly waitersMax: number;
  /** Whether a waiter that lost its peer before the first byte waits again. */
  readonly requeues: boolean;
  /** How long a receiver may take nothing. */
  readonly stalledMs: number;
}

/** One relay: its queues, its matchmaker, and what ends it. */
export interface OpenedRelay<Q extends Queues> {
  readonly queues: Q;
  readonly matchmaker: Matchmaker;
  /** How many requests wait on this node. */
  waiting(): number;
  /** Settles all waiters. Resolves when none is left. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queues of a protocol, in Redis if the relays have one, and the matchmaker that gets their events. */
export function openRelay<Q extends Queues>(
  { node, redis }: RelayContext,
  factories: QueueFactories<Q>,
  options: RelayOptions,
): OpenedRelay<Q> {
  const listener: QueueListener = (queue, to, event) => matchmaker.notify(queue, to, event);
  const queues = redis === undefined ? factories.memory(listener) : factories.redis(redis, listener);
  const channels = redis === undefined ? {} : { channels: redis.channels };
  const matchmaker = new Matchmaker(queues, { node, ...options, ...channels });
  return {
    queues,
    matchmaker,
    waiting: () => matchmaker.waiting,
    drain: () => matchmaker.drain(),
    async close() {
      matchmaker.close();
      queues.close();
    },
  };
}
