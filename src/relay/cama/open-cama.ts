import type { QueueListener } from '../match/queues';
import type { RelayContext } from '../nodes/relay-context';
import { type OpenedRelay, openMatchmaker } from '../queues/open-matchmaker';
import type { CamaQueues } from './cama-queues';
import { MemoryCama } from './memory-cama';
import { RedisCama } from './redis-cama';

export function openCama(
  relay: RelayContext,
  sessionsMax: number,
  waitersMax: number,
): OpenedRelay<CamaQueues> {
  const placesOf = (hear: QueueListener): CamaQueues =>
    relay.redis === undefined
      ? new MemoryCama(sessionsMax, hear)
      : new RedisCama(relay.redis, sessionsMax, hear);
  return openMatchmaker(relay, placesOf, { waitersMax, requeues: true });
}
