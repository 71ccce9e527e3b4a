import { createHash } from 'node:crypto';
import { readdir, realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodeOf } from '../../../core/log/errors';
import { isMissing } from '../disk/failures';
import { unlinkIfExists } from '../disk/file-io';

/** A socket's address holds 104 bytes on macOS and 108 on Linux, its end included. */
const ADDRESS_BYTES_MAX = 103;

/** Earlier versions locked by a socket in the directory, or in the temporary one. Sockets of dead processes are removed. @throws `inUse` */
export async function assertNoLegacyLock(directory: string, inUse: Error): Promise<void> {
  const sockets = await socketsOf(await realpath(directory));
  for (const socket of sockets) {
    if (await isAlive(socket)) throw inUse;
    await unlinkIfExists(socket);
  }
}

async function socketsOf(directory: string): Promise<string[]> {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  const [near, far] = [
    await numbered(directory, 'loom.lock.'),
    await numbered(tmpdir(), `loom-${hash}.`).catch(() => []),
  ];
  return [...near, ...far];
}

async function numbered(directory: string, prefix: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isSocket() && entry.name.startsWith(prefix))
    .map(({ name }) => join(directory, name));
}

function isAlive(address: string): Promise<boolean> {
  // The directory was moved since: no process listens at an address that is too long.
  if (Buffer.byteLength(address) > ADDRESS_BYTES_MAX) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Any other error, such as a full queue of a stopped process, means that a process listens.
    socket.once('error', (error) => resolve(errorCodeOf(error) !== 'ECONNREFUSED' && !isMissing(error)));
  });
}
