import type { Cluster } from 'ioredis';

/** The master that holds a slot of a Cluster, if known. `slots` lists it before its replicas; ioredis does not document it. */
export function masterOfSlot(cluster: Cluster, slot: number): { host: string; port: number } | undefined {
  const address = cluster.slots[slot]?.[0];
  if (address === undefined) return undefined;
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
