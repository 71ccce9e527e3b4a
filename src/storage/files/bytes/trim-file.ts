import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, truncate, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorCodeOf } from '../../../core/log/errors';
import { isDiskFull, storeFailure } from '../../../lmdb/failures';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../../lmdb/private-mode';
import { syncPath } from '../disk/file-io';

const BUFFER_BYTES = 256 * 1024;

/** Where the last byte of a file ends that is not zero; `from` if there is none after that. */
export async function endOfNonZeroBytes(path: string, from: number, size: number): Promise<number> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(BUFFER_BYTES, Math.max(size - from, 1)));
    for (let end = size; end > from; ) {
      const begin = Math.max(from, end - buffer.length);
      const { bytesRead } = await file.read(buffer, 0, end - begin, begin);
      const last = buffer.subarray(0, bytesRead).findLastIndex((byte) => byte !== 0);
      if (last !== -1) return begin + last + 1;
      end = begin;
    }
    return from;
  } finally {
    await file.close();
  }
}

/** Cuts a file to `end`. A rest that is not all zeros is kept in the first free one of `asides`. @returns that file */
export async function trimFile(
  path: string,
  end: number,
  size: number,
  asides: Iterable<string>,
): Promise<string | undefined> {
  const isZeros = (await endOfNonZeroBytes(path, end, size)) === end;
  const kept = isZeros ? undefined : await copyRest(path, end, asides);
  await truncate(path, end);
  return kept;
}

async function copyRest(path: string, from: number, asides: Iterable<string>): Promise<string> {
  const [to, file] = await openFirstFree(asides);
  try {
    // The stream closes the file, also where it fails.
    await pipeline(createReadStream(path, { start: from }), file.createWriteStream({ flush: true }));
  } catch (error) {
    await unlink(to);
    throw error;
  }
  await syncPath(dirname(to));
  return to;
}

/** An existing file has the bytes of an earlier start. Without a place for the rest no bytes are cut off. */
async function openFirstFree(paths: Iterable<string>): Promise<[path: string, file: FileHandle]> {
  for (const path of paths) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
      return [path, await open(path, 'wx', PRIVATE_FILE)];
    } catch (error) {
      if (errorCodeOf(error) === 'EEXIST' && existsSync(path)) continue;
      throw isDiskFull(error) ? error : storeFailure(`Keeping bytes in ${path}`, error);
    }
  }
  throw new Error('no name is free');
}
