import { Meeting } from '../match/matchmaker';
import type { Hear, Places } from '../match/queues';
import type { Relay } from '../nodes/relay-context';

export interface Opened<P extends Places> {
  readonly places: P;
  readonly meeting: Meeting;
}

/** A meeting and the places that it has its news from. */
export function openMeeting<P extends Places>(
  { node, redis }: Relay,
  placesOf: (hear: Hear) => P,
  options: { readonly attendeesMax: number; readonly returns: boolean },
): Opened<P> {
  const places = placesOf((place, to, news) => meeting.hear(place, to, news));
  const meeting: Meeting = new Meeting(places, {
    node,
    ...options,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { places, meeting };
}
