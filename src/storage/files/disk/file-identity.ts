import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A number that differs between a file and every copy of it. It stays the same when the file is written or its folder is moved. */
export async function fileFingerprint(path: string): Promise<number> {
  const text = fileIdentityOf(await stat(path, { bigint: true }));
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/** The same as text. It has the time of creation, because inodes are reused. */
export function fileIdentityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino} ${birthtimeNs}`;
}
