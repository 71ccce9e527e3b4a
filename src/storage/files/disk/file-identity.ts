import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A number that tells a file from every copy of it. Writing to the file does not change it, and neither does moving its folder. */
export async function fileFingerprint(path: string): Promise<number> {
  const text = fileIdentityOf(await stat(path, { bigint: true }));
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/** The same as text. Inodes are used again, so the time at which this one was made is in it. */
export function fileIdentityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino} ${birthtimeNs}`;
}
