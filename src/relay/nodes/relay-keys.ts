import { type Partition, partitionOf } from '../../redis/partitions';

/** All that the relays know is under one hash tag, so that each step is one script, also in a Cluster. The bytes are not. */
export const RELAY_PREFIX = 'loom:{relay}:';

/** Exists while the node renews it. */
export function aliveKey(node: string): string {
  return `${RELAY_PREFIX}n:${node}:alive`;
}

/** Stream of what a node is told. It exists as long as the node lives. */
export function inboxKey(node: string): string {
  return `${RELAY_PREFIX}n:${node}:in`;
}

/** Which of a Cluster's masters carries the bytes of an exchange. */
export function channelPartition(exchange: string): Partition {
  return partitionOf(exchange);
}

/** Stream of the bytes of an exchange between two nodes. They spread over a Cluster as logs do. */
export function channelKey(exchange: string): string {
  return `loom:{${channelPartition(exchange)}}:x:${exchange}`;
}

/** The id of an entry of a channel: they are numbered, from 1 and without a gap. */
export function entryId(number: number): string {
  return `${number}-0`;
}
