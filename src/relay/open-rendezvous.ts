import { MemoryRendezvous } from './memory/rendezvous';
import { type Opened, openMeeting } from './open-meeting';
import type { Hear } from './places';
import type { Relay } from './relay';
import type { RendezvousOptions, RendezvousPlaces } from './rendezvous';

export function openRendezvous(
  relay: Relay,
  options: RendezvousOptions,
  attendeesMax: number,
): Opened<RendezvousPlaces> {
  const placesOf = (hear: Hear): RendezvousPlaces =>
    relay.redis === undefined ? new MemoryRendezvous(options, hear) : relay.redis.rendezvous(options, hear);
  // What was made for one exchange ends with it, however it ends.
  return openMeeting(relay, placesOf, { attendeesMax, returns: false });
}
