import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Hashes the first `bytes` of a file with SHA-256. @throws if the file has fewer */
export async function hashFile(path: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const piece of piecesOf(path, bytes)) {
    hash.update(piece);
    read += piece.length;
  }
  if (read < bytes) throw new Error(`${path} became shorter while it was read`);
  return hash;
}

/** The first `bytes` of a file. */
export async function* piecesOf(path: string, bytes: number): AsyncGenerator<Buffer, void> {
  if (bytes > 0) yield* createReadStream(path, { end: bytes - 1, highWaterMark: 256 * 1024 });
}
