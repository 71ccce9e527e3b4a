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
  const queues = placesOf((place, to, news) => matchmaker.notify(place, to, news));
  const matchmaker: Matchmaker = new Matchmaker(queues, {
    node,
    ...options,
    ...(redis !== undefined && { channels: redis.channels }),
  });
  return { queues, matchmaker };
}
