import type { HttpipePlaces } from './httpipe';
import { Meeting } from './meeting';
import { MemoryHttpipe } from './memory/httpipe';
import type { Hear } from './places';
import type { Relay } from './relay';

export interface HttpipeMeeting {
  readonly places: HttpipePlaces;
  readonly meeting: Meeting;
}

export async function openHttpipe({ node, redis }: Relay, attendeesMax: number): Promise<HttpipeMeeting> {
  const hear: Hear = (place, to, news) => meeting.hear(place, to, news);
  const places = redis === undefined ? new MemoryHttpipe(hear) : redis.httpipe(hear);
  const meeting: Meeting = new Meeting(places, {
    node,
    attendeesMax,
    returns: true,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { places, meeting };
}
