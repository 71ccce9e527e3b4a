import type { Cluster } from 'ioredis';

/**
 * The `host:port` of the master that holds a slot of a Cluster, if ioredis knows it. ioredis does not document `slots`, which lists the
 * master of each slot before its replicas.
 */
export function masterOfSlot(cluster: Cluster, slot: number): string | undefined {
  return cluster.slots[slot]?.[0];
}
