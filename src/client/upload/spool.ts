/** Stores the bytes of an upload that exceed its memory. Positions are offsets of the source. */
export interface Spool {
  /** Stores all of `bytes` at offset `at`, or none. Calls come in order and never overlap. After a failure, a call may begin at `at` again. */
  write(at: number, bytes: Uint8Array): Promise<void>;

  /** Reads 1 to `bytesMax` bytes at offset `at`, which was written and not released. */
  read(at: number, bytesMax: number): Promise<Uint8Array>;

  /** Releases the bytes before `upTo`: they are never read again. After all is released, a write may begin at any offset. */
  release(upTo: number): Promise<void>;
}
