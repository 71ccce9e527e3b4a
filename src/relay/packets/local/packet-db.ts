/** `owner` is a client; `seq` the place of a packet in the order, 0 for what there is one of. */
export type ShelfKey = readonly [kind: 'client' | 'mail' | 'outgoing', owner: string, seq: number];

export interface ShelfChange {
  readonly key: ShelfKey;
  /** Without it the key is removed. */
  readonly value?: Buffer;
}

/** Where one process keeps what a restart should find again. */
export interface Shelf {
  entries(): Iterable<{ readonly key: ShelfKey; readonly value: Buffer }>;
  get(key: ShelfKey): Buffer | undefined;
  /**
   * Resolves when all of it is kept. Writes take effect in the order in which they were called.
   * @throws LogError `STORE_FULL` for want of room, never for one that only removes
   */
  write(changes: readonly ShelfChange[]): Promise<void>;
  close(): Promise<void>;
}
