/** `owner` is a client, `seq` the number of a packet, 0 for the client itself. */
export type PacketDbKey = readonly [kind: 'client' | 'mail' | 'outgoing', owner: string, seq: number];

/** One write or removal of a key. */
export interface PacketDbChange {
  readonly key: PacketDbKey;
  /** Absent: the key is removed. */
  readonly value?: Buffer;
}

/** The packets and clients of one process, by key. */
export interface PacketDb {
  entries(): Iterable<{ readonly key: PacketDbKey; readonly value: Buffer }>;
  get(key: PacketDbKey): Buffer | undefined;
  /** Resolves when all changes are stored, in the order of the calls. @throws LogError `STORE_FULL`, but not if it only removes */
  write(changes: readonly PacketDbChange[]): Promise<void>;
  close(): Promise<void>;
}
