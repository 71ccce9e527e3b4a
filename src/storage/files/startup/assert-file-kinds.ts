import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LogError } from '../../../core/log/errors';
import { assertFileKind, type ExpectedKind, unexpectedKind } from '../../../lmdb/file-kind';
import type { Layout } from '../disk/layout';

/** Called before anything is opened. `loom.mdb` has its own error (`assertIsFile`). @throws LogError `STORE_DAMAGED` for a wrong kind */
export async function assertFileKinds({
  directory,
  facts,
  logs,
  cut,
  cleanShutdown,
  lock,
  probe,
  written,
}: Layout): Promise<void> {
  for (const path of [directory, logs, cut]) await assertKind(path, 'directory');
  for (const path of [lock, `${facts}-lock`, cleanShutdown, probe, written]) await assertKind(path, 'file');
}

/** The same for the folder `logs`, except for the files of logs: a wrong kind there concerns one log only. */
export async function assertFileKindsInLogs(layout: Layout): Promise<void> {
  for (const entry of await readdir(layout.logs, { withFileTypes: true })) {
    const path = join(layout.logs, entry.name);
    if (layout.journalNumberOf(entry.name) !== undefined && !entry.isFile()) await assertKind(path, 'file');
    if (layout.isShard(entry.name) && !entry.isDirectory()) await assertKind(path, 'directory');
  }
}

function assertKind(path: string, expected: ExpectedKind): Promise<void> {
  return assertFileKind(
    path,
    expected,
    'Nothing was changed. Put the right one in its place, or move it away',
  );
}

/** A recovery leaves what is in the place of `loom.mdb`: a disk may not be mounted. @throws LogError `STORE_DAMAGED` if it is not a file */
export async function assertIsFile({ facts, recoverCommand }: Layout): Promise<void> {
  const kind = await unexpectedKind(facts);
  if (kind === undefined) return;
  throw new LogError(
    'STORE_DAMAGED',
    `${facts} is ${kind}. Nothing was changed. Put the right ${basename(facts)} in its place; or move it away and run ${recoverCommand}, which brings the streams back`,
  );
}
