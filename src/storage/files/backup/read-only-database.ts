import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { openDatabase } from '../../../lmdb/database';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { verifyDatabase } from '../../../lmdb/verify-database';
import { syncPath, unlinkIfExists } from '../disk/file-io';

/** A database that another process may write to, for reading. Its snapshots are those of LMDB: no writer waits for them. */
export class ReadOnlyDatabase {
  readonly #root: RootDatabase<unknown, string>;
  readonly #named = new Map<string, Database<unknown, string>>();

  constructor(path: string) {
    this.#root = openDatabase(path, { readOnly: true, maxDbs: 24 });
  }

  /** Copies one snapshot to a new file. @throws DamagedDatabase when the copy cannot be read */
  async copyTo(path: string): Promise<void> {
    // Compacted: free pages are not copied.
    await this.#root.backup(path, true);
    await chmod(path, PRIVATE_FILE);
    await verifyDatabase(path);
    await syncPath(path);
  }

  /** Whether a named database has the key now. */
  has(name: string, key: string): boolean {
    this.#root.resetReadTxn();
    const named = this.#named.get(name) ?? this.#root.openDB<unknown, string>({ name, encoding: 'json' });
    this.#named.set(name, named);
    return named.doesExist(key);
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

/** Removes the lock that LMDB made beside a copy that nothing uses any more. */
export function removeLockOf(folder: string, name: string): Promise<void> {
  return unlinkIfExists(join(folder, `${name}-lock`));
}
