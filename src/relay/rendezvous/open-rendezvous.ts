import type { Hear } from '../match/queues';
import type { Relay } from '../nodes/relay-context';
import { type Opened, openMeeting } from '../queues/open-matchmaker';
import { MemoryRendezvous } from './memory-rendezvous';
import { RedisRendezvous } from './redis-rendezvous';
import type { RendezvousOptions, RendezvousPlaces } from './rendezvous-queues';

export function openRendezvous(
  relay: Relay,
  options: RendezvousOptions,
  attendeesMax: number,
): Opened<RendezvousPlaces> {
  const placesOf = (hear: Hear): RendezvousPlaces =>
    relay.redis === undefined
      ? new MemoryRendezvous(options, hear)
      : new RedisRendezvous(relay.redis, options, hear);
  // What was made for one exchange ends with it, however it ends.
  return openMeeting(relay, placesOf, { attendeesMax, returns: false });
}
