import { readSync } from 'node:fs';

/**
 * Reads up to `bytes` at `position` of an open file. It waits for the disk, and is therefore only for threads.
 * @returns how many bytes there are; fewer if the file ends, or cannot be read there
 */
export function readInto(buffer: Buffer, fd: number, position: number, bytes: number): number {
  let got = 0;
  try {
    while (got < bytes) {
      const read = readSync(fd, buffer, got, bytes - got, position + got);
      if (read === 0) break;
      got += read;
    }
  } catch {
    // A read through the store has the reason.
  }
  return got;
}
