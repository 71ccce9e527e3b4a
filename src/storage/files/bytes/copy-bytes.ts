import { constants } from 'node:fs';
import { chmod, copyFile, type FileHandle, open, truncate } from 'node:fs/promises';
import { LogError } from '../../../core/log/errors';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { isUnreadable } from '../disk/failures';

const BUFFER_BYTES = 1 << 20;

/**
 * Creates `to` from the first `bytes` of `from`, which may grow. The kernel copies all of it, or shares blocks, if most is wanted.
 * @throws LogError `STORE_DAMAGED` when `from` is shorter, or cannot be read; the `cause` says why
 */
export async function copyBytes(from: string, to: string, bytes: number): Promise<void> {
  const size = await readableBytes(from);
  if (size < bytes) throw new LogError('STORE_DAMAGED', `Only ${size} of ${bytes} bytes are there to copy`);
  if (bytes >= size / 2) {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    // The copy has the mode of `from`, which an earlier version may have made readable for all.
    await chmod(to, PRIVATE_FILE);
    await truncate(to, bytes);
  } else await copyBeginning(from, to, bytes);
}

/** Opens the file, because `stat` does not show whether it can be read. */
async function readableBytes(path: string): Promise<number> {
  try {
    const file = await open(path, 'r');
    const found = await file.stat().finally(() => file.close());
    return found.isFile() ? found.size : 0;
  } catch (cause) {
    if (!isUnreadable(cause)) throw cause;
    throw new LogError('STORE_DAMAGED', 'The file to copy cannot be read', { cause });
  }
}

async function copyBeginning(from: string, to: string, bytes: number): Promise<void> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'w', PRIVATE_FILE);
    try {
      await pump(source, target, bytes);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function pump(source: FileHandle, target: FileHandle, bytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(bytes, BUFFER_BYTES));
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0)
      throw new LogError('STORE_DAMAGED', `A log's file ended at ${at} while it was copied`);
    // `writeFile` continues where it was, and writes all of it, where `write` may write less.
    await target.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
