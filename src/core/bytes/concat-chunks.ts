const NOTHING = Buffer.alloc(0);

/** The bytes of `chunks` in one buffer. A single chunk is returned as it is. */
export function concatChunks(chunks: readonly Buffer[]): Buffer {
  const [first = NOTHING] = chunks;
  return chunks.length <= 1 ? first : Buffer.concat(chunks);
}
