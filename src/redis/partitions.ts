/** All keys of a log are in one partition, and so in one slot of a Cluster. A Redis keeps the number that it was first used with. */
export const PARTITIONS = 16;

/** The number of a partition, from 0. */
export type Partition = number;

export const ALL_PARTITIONS: readonly Partition[] = Array.from({ length: PARTITIONS }, (_, index) => index);

/** The partition of an id: FNV-1a over its UTF-8. Must never change, or stored logs would not be found. */
export function partitionOf(id: string): Partition {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % PARTITIONS;
}

/** A key in the same slot of a Cluster as all keys of a partition. */
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
