import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PRIVATE_DIRECTORY, PRIVATE_FILE, syncDirectory, syncFile } from './file-io';

const BUFFER_BYTES = 256 * 1024;

/** Where the bytes of a file end that are not zeros, `from` if it has none after that. */
export async function endOfContent(path: string, from: number, size: number): Promise<number> {
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

/** Cuts a file to `end`. What is not zeros of the rest is kept in the file `aside`. @returns whether there is such a file now */
export async function cutOff(path: string, end: number, size: number, aside: string): Promise<boolean> {
  const isKept = (await endOfContent(path, end, size)) > end;
  if (isKept) await copyRest(path, end, aside);
  await truncate(path, end);
  return isKept;
}

async function copyRest(path: string, from: number, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: PRIVATE_DIRECTORY });
  await pipeline(createReadStream(path, { start: from }), createWriteStream(to, { mode: PRIVATE_FILE }));
  const file = await open(to, 'r+');
  await syncFile(file.fd).finally(() => file.close());
  await syncDirectory(dirname(to));
}
