import { readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DamagedDatabase } from '../../../lmdb/damaged-database';
import { salvage } from '../../../lmdb/salvage';
import { verifyDatabase } from '../../../lmdb/verify-database';
import { unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { StoredFacts } from '../facts/stored-facts';
import { parseStoredFacts } from '../facts/stored-record';

/** Between the file's name and the time at which it was moved. */
const MARK = '.damaged-';

/** Facts that cannot be opened, renamed. */
export interface QuarantinedFacts {
  readonly path: string;
  readonly reason: string;
  /** The facts that can still be read. */
  readonly facts: readonly StoredFacts[];
}

/** Renames `loom.mdb` if it is damaged. @returns `undefined` if it can be opened, is empty or is missing */
export async function quarantineIfDamaged(layout: Layout): Promise<QuarantinedFacts | undefined> {
  const reason = await damageOfFile(layout.facts);
  if (reason === undefined) return undefined;
  const path = `${layout.facts}${MARK}${new Date().toISOString().replaceAll(/[:.]/g, '')}`;
  await rename(layout.facts, path);
  await unlinkIfExists(`${layout.facts}-lock`);
  return { path, reason, facts: await factsOf(path) };
}

/** What can be read of all renamed files: an earlier recovery may have been interrupted after the rename. */
export async function readQuarantinedFacts(layout: Layout): Promise<readonly StoredFacts[]> {
  const beginning = basename(layout.facts) + MARK;
  const names = (await readdir(layout.directory)).filter((name) => name.startsWith(beginning));
  const all = await Promise.all(names.map((name) => factsOf(join(layout.directory, name))));
  return all.flat();
}

async function factsOf(path: string): Promise<readonly StoredFacts[]> {
  const values = await salvage(path).catch(() => []);
  return values.flatMap(factsIn);
}

async function damageOfFile(path: string): Promise<string | undefined> {
  try {
    await verifyDatabase(path);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedDatabase) return error.message;
    throw error;
  }
}

/** Most values are not facts of a log. */
function factsIn(value: Buffer): readonly StoredFacts[] {
  if (!value.includes('"generation"')) return [];
  try {
    const facts = parseStoredFacts(JSON.parse(value.toString()));
    return facts === undefined ? [] : [facts];
  } catch {
    return [];
  }
}
