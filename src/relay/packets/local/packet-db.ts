/** `owner` is a client; `seq` the place of a packet in the order, 0 for what there is one of. */
export type PacketDbKey = readonly [kind: 'client' | 'mail' | 'outgoing', owner: string, seq: number];

export interface PacketDbChange {
  readonly key: PacketDbKey;
  /** Without it the key is removed. */
  readonly value?: Buffer;
}

/** Where one process keeps what a restart should find again. */
export interface PacketDb {
  entries(): Iterable<{ readonly key: PacketDbKey; readonly value: Buffer }>;
  get(key: PacketDbKey): Buffer | undefined;
  /**
   * Resolves when all of it is kept. Writes take effect in the order in which they were called.
   * @throws LogError `STORE_FULL` for want of room, never for one that only removes
   */
  write(changes: readonly PacketDbChange[]): Promise<void>;
  close(): Promise<void>;
}
