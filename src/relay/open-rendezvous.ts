import { Meeting } from './meeting';
import { MemoryRendezvous } from './memory/rendezvous';
import type { Hear } from './places';
import type { Relay } from './relay';
import type { RendezvousOptions, RendezvousPlaces } from './rendezvous';

export interface RendezvousMeeting {
  readonly places: RendezvousPlaces;
  readonly meeting: Meeting;
}

export async function openRendezvous(
  { node, redis }: Relay,
  options: RendezvousOptions,
  attendeesMax: number,
): Promise<RendezvousMeeting> {
  const hear: Hear = (place, to, news) => meeting.hear(place, to, news);
  const places = redis === undefined ? new MemoryRendezvous(options, hear) : redis.rendezvous(options, hear);
  const meeting: Meeting = new Meeting(places, {
    node,
    attendeesMax,
    // What was made for one exchange ends with it, however it ends.
    returns: false,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { places, meeting };
}
