import type { QueueListener } from '../match/queues';
import type { RelayContext } from '../nodes/relay-context';
import { type OpenedRelay, openMatchmaker } from '../queues/open-matchmaker';
import type { HttpipeQueues } from './httpipe-queues';
import { MemoryHttpipe } from './memory-httpipe';
import { RedisHttpipe } from './redis-httpipe';

export function openHttpipe(relay: RelayContext, waitersMax: number): OpenedRelay<HttpipeQueues> {
  const placesOf = (hear: QueueListener): HttpipeQueues =>
    relay.redis === undefined ? new MemoryHttpipe(hear) : new RedisHttpipe(relay.redis, hear);
  return openMatchmaker(relay, placesOf, { waitersMax, requeues: true });
}
