/**
 * What stands behind an acknowledged append.
 *
 * os        it is written: it survives a `kill -9` of this process, and not a power cut
 * interval  and it is synced to the disk within `syncIntervalMs`
 * always    it was synced to the disk before the acknowledgement
 */
export type Durability = (typeof DURABILITIES)[number];

/** A store keeps the place of one in this list. */
export const DURABILITIES = ['os', 'interval', 'always'] as const;
