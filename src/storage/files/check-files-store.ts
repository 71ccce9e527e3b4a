import { existsSync } from 'node:fs';
import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../core/log/errors';
import { type Finding, failure, ok, warning } from '../../core/store/finding';
import { DamagedDatabase } from '../../lmdb/damaged-database';
import { PRIVATE_DIRECTORY } from '../../lmdb/private-mode';
import { verifyDatabase } from '../../lmdb/verify-database';
import { Layout } from './disk/layout';
import { explainPermissions } from './disk/permissions';
import { assertFileKinds, assertIsFile } from './startup/assert-file-kinds';
import { isStoreInUse } from './startup/store-in-use';

/** `f_type` of file systems on which LMDB does not work. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
]);
/** Below this a new store does not open, and few bytes fit. */
const FREE_BYTES = 64 << 20;
const CLOCK_TOLERANCE_MS = 2_000;

/** Examines the directory of a store without changing it, also while a server uses it. */
export async function* checkFilesStore(directory: string): AsyncGenerator<Finding, void> {
  const layout = new Layout(directory);
  const present = nearestPresent(directory);
  try {
    await assertFileKinds(layout);
    await access(present, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    yield failure('store', messageOf(await explainPermissions(directory, error)));
    return;
  }
  yield* checkDisk(present);
  if (present !== directory) {
    yield ok('store', `${directory} does not exist yet: the start makes it`);
    return;
  }
  yield* checkMode(directory);
  yield await checkFacts(layout);
  yield await checkTimes(layout);
}

function nearestPresent(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestPresent(dirname(path));
}

async function* checkDisk(path: string): AsyncGenerator<Finding, void> {
  const { bavail, bsize, type, ffree, files } = await statfs(path);
  const network = NETWORK.get(type);
  if (network !== undefined)
    yield failure('disk', `${path} is on ${network}: LMDB does not work on network file systems`);
  const free = bavail * bsize;
  const text = `${describeBytes(free)} free in ${path}`;
  if (free < FREE_BYTES) yield failure('disk', `${text}: appends are refused when the disk is full`);
  else if (files > 0 && ffree < 1_000) yield failure('disk', `${text}, but only ${ffree} inodes`);
  else yield ok('disk', text);
}

async function* checkMode(directory: string): AsyncGenerator<Finding, void> {
  const { mode, uid } = await stat(directory);
  const user = process.getuid?.();
  if ((mode & ~PRIVATE_DIRECTORY & 0o777) !== 0)
    yield warning(
      'access',
      `${directory} has the mode ${(mode & 0o7777).toString(8).padStart(4, '0')}: other users of this machine may read what is in it. "chmod 700 ${directory}" keeps them out`,
    );
  if (user === 0 && uid !== 0)
    yield warning(
      'access',
      `this command runs as root, and ${directory} belongs to user ${uid}: run the server as that user`,
    );
  else yield ok('access', `${directory} can be read and written`);
}

async function checkFacts(layout: Layout): Promise<Finding> {
  if (await isStoreInUse(layout)) return ok('store', `${layout.directory} is in use by a server`);
  try {
    await assertIsFile(layout);
    await verifyDatabase(layout.facts);
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) return failure('store', messageOf(error));
    return failure(
      'store',
      `${layout.facts} is damaged: ${error.message}. ${layout.recoverCommand} brings the streams back`,
    );
  }
  return ok(
    'store',
    existsSync(layout.facts)
      ? `${layout.facts} is whole; no server uses it`
      : 'it is empty: no server has used it yet',
  );
}

/** A file of the future shows that the clock was set back. */
async function checkTimes(layout: Layout): Promise<Finding> {
  const names = await readdir(layout.directory);
  const times = await Promise.all(
    names.map((name) =>
      stat(`${layout.directory}/${name}`).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const ahead = Math.max(0, ...times) - Date.now();
  if (ahead <= CLOCK_TOLERANCE_MS) return ok('clock', 'no file of the store is of the future');
  return warning(
    'clock',
    `a file of the store was written ${Math.round(ahead / 1_000)} s in the future: the clock was set back, or is wrong`,
  );
}

function describeBytes(bytes: number): string {
  return bytes >= 1 << 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.floor(bytes / 2 ** 20)} MiB`;
}
