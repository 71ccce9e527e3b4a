import { createHash } from 'node:crypto';

/** A prime number of bytes that do not repeat, so that bytes show the offset to which they belong. */
const PATTERN = Buffer.concat(
  Array.from({ length: 2048 }, (_, n) => createHash('sha256').update(`block ${n}`).digest()),
).subarray(0, 65_521);

/** What a log of these tests holds from `from` on. */
export function patternAt(from: number, bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => PATTERN[(from + i) % PATTERN.length] ?? 0));
}
