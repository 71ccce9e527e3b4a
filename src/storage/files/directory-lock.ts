import { createHash } from 'node:crypto';
import { readdir, realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogError, messageOf } from '../../core/errors';
import { codeOf, isMissing } from './failures';

/** A socket's address holds 104 bytes on macOS and 108 on Linux, its end included. */
const ADDRESS_BYTES_MAX = 100;
/** Numbers start again at 1 after every clean end, so that a longer one never comes up. */
const NUMBER_MAX = 999_999;

/**
 * Keeps other processes out of a directory, by a socket that listens in it. The kernel stops listening with the process, however
 * that dies, so a lock left behind is told from one held at once, without a pid (which means nothing from one container to the
 * next) and without a timeout.
 *
 * Sockets are numbered. Whoever finds all of them dead makes the next number, which only one can do, and looks at the others once
 * more: of two that got this far, the later one to listen sees the other and gives way. No order of events lets both in.
 */
export class DirectoryLock {
  private constructor(private readonly server: Server) {}

  /** @throws LogError `STORE_UNAVAILABLE` when another process, or this one, uses the directory. */
  static async take(directory: string): Promise<DirectoryLock> {
    const place = await placeOf(directory);
    const inUse = new LogError(
      'STORE_UNAVAILABLE',
      `The directory ${directory} is in use by another process: stop that first, or give this one a directory of its own`,
    );
    const found = await numbersIn(place);
    if (await isAnyAlive(place, found)) throw inUse;
    const mine = Math.max(0, ...found) + 1;
    const server = await listen(place.socket(mine), directory);
    if (server === undefined) throw inUse;
    const others = (await numbersIn(place)).filter((number) => number !== mine);
    if (await isAnyAlive(place, others)) {
      await closeServer(server);
      throw inUse;
    }
    // One of these may have been made this very moment: its maker will see this one when it looks around.
    await Promise.all(others.map((number) => unlinkQuietly(place.socket(number))));
    return new DirectoryLock(server);
  }

  release(): Promise<void> {
    return closeServer(this.server);
  }
}

interface Place {
  readonly directory: string;
  readonly prefix: string;
  socket(number: number): string;
}

/** In the directory itself, where containers that share it meet, unless its path is too long for a socket's address. */
async function placeOf(directory: string): Promise<Place> {
  const real = await realpath(directory);
  const near = placeAt(real, 'loom.lock.');
  if (Buffer.byteLength(near.socket(NUMBER_MAX)) <= ADDRESS_BYTES_MAX) return near;
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 32);
  return placeAt(tmpdir(), `loom-${hash}.`);
}

function placeAt(directory: string, prefix: string): Place {
  return { directory, prefix, socket: (number) => join(directory, `${prefix}${number}`) };
}

async function numbersIn({ directory, prefix }: Place): Promise<number[]> {
  const names = await readdir(directory);
  const numbers = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return numbers.filter((number) => /^\d{1,15}$/.test(number)).map(Number);
}

async function isAnyAlive(place: Place, numbers: readonly number[]): Promise<boolean> {
  const alive = await Promise.all(numbers.map((number) => isAlive(place.socket(number))));
  return alive.includes(true);
}

function isAlive(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Anything but these two, such as a queue that is full because the process is stopped, means that somebody is there.
    socket.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED' && !isMissing(error)));
  });
}

/** @returns `undefined` when another process made that socket first, and lives. */
async function listen(address: string, directory: string): Promise<Server | undefined> {
  const server = createServer((visitor) => visitor.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw new LogError(
      'STORE_UNAVAILABLE',
      `The directory ${directory} cannot be locked: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return server.unref();
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function unlinkQuietly(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}
