import type { HttpipePlaces } from './httpipe';
import { MemoryHttpipe } from './memory/httpipe';
import { type Opened, openMeeting } from './open-meeting';
import type { Hear } from './places';
import type { Relay } from './relay';

export function openHttpipe(relay: Relay, attendeesMax: number): Opened<HttpipePlaces> {
  const placesOf = (hear: Hear): HttpipePlaces =>
    relay.redis === undefined ? new MemoryHttpipe(hear) : relay.redis.httpipe(hear);
  return openMeeting(relay, placesOf, { attendeesMax, returns: true });
}
