import type { QueueListener } from '../match/queues';
import type { RelayContext } from '../nodes/relay-context';
import { type OpenedRelay, openMatchmaker } from '../queues/open-matchmaker';
import { MemoryRendezvous } from './memory-rendezvous';
import { RedisRendezvous } from './redis-rendezvous';
import type { RendezvousOptions, RendezvousQueues } from './rendezvous-queues';

export function openRendezvous(
  relay: RelayContext,
  options: RendezvousOptions,
  waitersMax: number,
): OpenedRelay<RendezvousQueues> {
  const placesOf = (hear: QueueListener): RendezvousQueues =>
    relay.redis === undefined
      ? new MemoryRendezvous(options, hear)
      : new RedisRendezvous(relay.redis, options, hear);
  // What was made for one exchange ends with it, however it ends.
  return openMatchmaker(relay, placesOf, { waitersMax, requeues: false });
}
