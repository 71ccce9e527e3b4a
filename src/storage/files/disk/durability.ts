/**
 * When an append is acknowledged.
 *
 * os        once it is written: it survives a `kill -9` of this process, but not a power cut
 * interval  the same, and it is synced to the disk within `syncInterval`
 * always    once it is synced to the disk
 */
export type Durability = (typeof DURABILITIES)[number];

/** A store saves the index of one in this list. */
export const DURABILITIES = ['os', 'interval', 'always'] as const;
