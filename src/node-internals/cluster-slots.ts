import type { Cluster } from 'ioredis';

/**
 * The address of the master that holds a slot of a Cluster, if ioredis knows it. ioredis does not document `slots`, which lists the
 * master of each slot before its replicas.
 */
export function masterOfSlot(cluster: Cluster, slot: number): { host: string; port: number } | undefined {
  const address = cluster.slots[slot]?.[0];
  if (address === undefined) return undefined;
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
