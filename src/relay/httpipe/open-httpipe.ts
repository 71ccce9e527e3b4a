import type { Hear } from '../match/queues';
import type { Relay } from '../nodes/relay-context';
import { type Opened, openMeeting } from '../queues/open-matchmaker';
import type { HttpipePlaces } from './httpipe-queues';
import { MemoryHttpipe } from './memory-httpipe';
import { RedisHttpipe } from './redis-httpipe';

export function openHttpipe(relay: Relay, attendeesMax: number): Opened<HttpipePlaces> {
  const placesOf = (hear: Hear): HttpipePlaces =>
    relay.redis === undefined ? new MemoryHttpipe(hear) : new RedisHttpipe(relay.redis, hear);
  return openMeeting(relay, placesOf, { attendeesMax, returns: true });
}
