/** All about a log is in one partition, and so in one slot of a Cluster. The number is fixed for a Redis at its first start. */
export const PARTITIONS = 16;

export type Partition = number;

export const ALL_PARTITIONS: readonly Partition[] = Array.from({ length: PARTITIONS }, (_, index) => index);

/** The partition of an id: FNV-1a over its UTF-8. Must never change, or logs could not be found again. */
export function partitionOf(id: string): Partition {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % PARTITIONS;
}

/** A key that is in the same slot of a Cluster as everything about a partition. */
export function slotKey(partition: Partition): string {
  return `loom:{${partition}}`;
}

/** Groups items by the partition of their ids, in their order. */
export function byPartition<T>(
  items: Iterable<T>,
  idOf: (item: T) => string,
): ReadonlyMap<Partition, readonly T[]> {
  const groups = new Map<Partition, T[]>();
  for (const item of items) {
    const partition = partitionOf(idOf(item));
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, [item]);
    else group.push(item);
  }
  return groups;
}
