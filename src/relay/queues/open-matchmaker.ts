import { Matchmaker } from '../match/matchmaker';
import type { QueueListener, Queues } from '../match/queues';
import type { RelayContext } from '../nodes/relay-context';

export interface OpenedRelay<P extends Queues> {
  readonly queues: P;
  readonly matchmaker: Matchmaker;
}

/** A meeting and the places that it has its news from. */
export function openMatchmaker<P extends Queues>(
  { node, redis }: RelayContext,
  placesOf: (hear: QueueListener) => P,
  options: { readonly waitersMax: number; readonly requeues: boolean },
): OpenedRelay<P> {
  const places = placesOf((place, to, news) => meeting.notify(place, to, news));
  const meeting: Matchmaker = new Matchmaker(places, {
    node,
    ...options,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { queues: places, matchmaker: meeting };
}
