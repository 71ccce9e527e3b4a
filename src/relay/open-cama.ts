import type { CamaPlaces } from './cama';
import { MemoryCama } from './memory/cama';
import { type Opened, openMeeting } from './open-meeting';
import type { Hear } from './places';
import type { Relay } from './relay';

export function openCama(relay: Relay, sessionsMax: number, attendeesMax: number): Opened<CamaPlaces> {
  const placesOf = (hear: Hear): CamaPlaces =>
    relay.redis === undefined ? new MemoryCama(sessionsMax, hear) : relay.redis.cama(sessionsMax, hear);
  return openMeeting(relay, placesOf, { attendeesMax, returns: true });
}
