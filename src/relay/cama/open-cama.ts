import type { Hear } from '../match/queues';
import type { Relay } from '../nodes/relay-context';
import { type Opened, openMeeting } from '../queues/open-matchmaker';
import type { CamaPlaces } from './cama-queues';
import { MemoryCama } from './memory-cama';
import { RedisCama } from './redis-cama';

export function openCama(relay: Relay, sessionsMax: number, attendeesMax: number): Opened<CamaPlaces> {
  const placesOf = (hear: Hear): CamaPlaces =>
    relay.redis === undefined
      ? new MemoryCama(sessionsMax, hear)
      : new RedisCama(relay.redis, sessionsMax, hear);
  return openMeeting(relay, placesOf, { attendeesMax, returns: true });
}
