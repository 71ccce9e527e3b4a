/** Where an upload keeps what does not fit in its memory. Positions are offsets of the source. */
export interface Spool {
  /** Keeps `bytes`, which belong at `at`. Called in order, one call at a time; a call that failed may be repeated. */
  write(at: number, bytes: Uint8Array): Promise<void>;

  /** From 1 to `bytesMax` of the bytes from `at` on, which were written and not released. */
  read(at: number, bytesMax: number): Promise<Uint8Array>;

  /** What lies before `upTo` is not asked for any more. After everything was released the next write may be at any offset. */
  release(upTo: number): Promise<void>;
}
