import { type Partition, partitionOf } from '../../redis/partitions';

/** All state of the relays is under one hash tag, so that each step is one script, also in a Cluster. Bytes are not. */
export const RELAY_PREFIX = 'loom:{relay}:';

/** Exists while the node renews its lease. */
export function aliveKey(node: string): string {
  return `${RELAY_PREFIX}n:${node}:alive`;
}

/** Stream of the messages to a node. It exists while the node is alive. */
export function inboxKey(node: string): string {
  return `${RELAY_PREFIX}n:${node}:in`;
}

/** Chooses the master of a Cluster that carries the bytes of a transfer. */
export function channelPartition(transferId: string): Partition {
  return partitionOf(transferId);
}

/** Stream of the bytes of a transfer between two nodes. Transfers spread over a Cluster as logs do. */
export function channelKey(transferId: string): string {
  return `loom:{${channelPartition(transferId)}}:x:${transferId}`;
}

/** The id of an entry of a channel. Entries are numbered from 1, without a gap. */
export function entryId(number: number): string {
  return `${number}-0`;
}
