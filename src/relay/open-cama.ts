import type { CamaPlaces } from './cama';
import { Meeting } from './meeting';
import { MemoryCama } from './memory/cama';
import type { Hear } from './places';
import type { Relay } from './relay';

export interface CamaMeeting {
  readonly places: CamaPlaces;
  readonly meeting: Meeting;
}

export async function openCama(
  { node, redis }: Relay,
  sessionsMax: number,
  attendeesMax: number,
): Promise<CamaMeeting> {
  const hear: Hear = (place, to, news) => meeting.hear(place, to, news);
  const places = redis === undefined ? new MemoryCama(sessionsMax, hear) : redis.cama(sessionsMax, hear);
  const meeting: Meeting = new Meeting(places, {
    node,
    attendeesMax,
    returns: true,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { places, meeting };
}
