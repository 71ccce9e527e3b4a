import { close, fdatasync, fstat, fsync, ftruncate, open, read, write, writev } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { skipBytes } from '../../../core/bytes/skip-bytes';
import { PRIVATE_DIRECTORY } from '../../../lmdb/private-mode';
import { undefinedIfMissing } from './failures';

export const openFile = promisify(open);
export const closeFile = promisify(close);
export const truncateFile = promisify(ftruncate);
export const syncFile = promisify(fdatasync);
export const statFile = promisify(fstat);

/** How many buffers one `writev` takes (IOV_MAX of Linux and macOS). */
const BUFFERS_MAX = 1024;

/** Writes all of `chunks` at `position`. The kernel may write less, above all before a disk is full: the rest is retried. */
export async function writeAll(fd: number, chunks: readonly Buffer[], position: number): Promise<void> {
  let rest = chunks;
  for (let at = position; rest.length > 0; ) {
    const written = await writeSome(fd, rest, at);
    at += written;
    rest = skipBytes(rest, written);
  }
}

function writeSome(fd: number, chunks: readonly Buffer[], position: number): Promise<number> {
  const [first] = chunks;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, written: number): void => (error ? reject(error) : resolve(written));
    if (first !== undefined && chunks.length === 1) write(fd, first, 0, first.length, position, done);
    else writev(fd, chunks.slice(0, BUFFERS_MAX), position, done);
  });
}

/** Reads the bytes at `position` into `buffer` and resolves with their count: 0 only where the file ends. */
export function readAt(fd: number, buffer: Buffer, bytes: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, bytes, position, (error, got) => (error ? reject(error) : resolve(got)));
  });
}

/** Creates a directory that survives a power cut. Its parent exists; so may the directory. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  await syncPath(dirname(path));
}

export async function unlinkIfExists(path: string): Promise<void> {
  await unlink(path).catch(undefinedIfMissing);
}

/** Syncs a file that is not open, or the names in a directory: a synced file without a synced name is lost. */
export async function syncPath(path: string): Promise<void> {
  const fd = await openFile(path, 'r');
  try {
    await promisify(fsync)(fd);
  } finally {
    await closeFile(fd);
  }
}
