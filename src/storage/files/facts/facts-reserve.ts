import { randomBytes } from 'node:crypto';
import { statfs, writeFile } from 'node:fs/promises';
import { LogError } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import { DiskReserve } from '../../../lmdb/disk-reserve';
import { isDiskFull } from '../../../lmdb/failures';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from './facts-database';

/** How many writes of facts run at once; LMDB commits together those that come together. */
const WRITES_AT_ONCE = 16;
/** What those may need at most. */
const SPARE_BYTES = 3 << 20;
/** What a new store needs on the disk: the spare bytes, and LMDB's first pages. */
const NEW_STORE_BYTES = 4 << 20;
const PROBE_BYTES = 4096;
/** What one transaction that changes many logs may write. The rest is for LMDB's list of free pages. */
const CHANGE_BYTES = { ample: 2 << 20, short: 512 << 10 };

/**
 * Disk space for the facts.
 *
 * AMPLE   there are `SPARE_BYTES` to spare.
 * SHORT   the disk is full. New bytes and new logs are refused until it is not; changes of logs go on while there is enough to remove.
 */
export class FactsReserve {
  readonly #writes = new Semaphore(WRITES_AT_ONCE);
  readonly #reserve: DiskReserve;

  constructor(
    private readonly layout: Layout,
    private readonly facts: FactsDatabase,
  ) {
    this.#reserve = new DiskReserve(layout.facts, () => facts.bytesUsed, SPARE_BYTES);
  }

  get isShort(): boolean {
    return this.#reserve.isShort;
  }

  /** How much one transaction of a `change` may write, so that it does not exceed the reserve. */
  get changeBytesMax(): number {
    return this.isShort ? CHANGE_BYTES.short : CHANGE_BYTES.ample;
  }

  /** A new LMDB file has nothing to spare yet. @throws LogError `STORE_FULL` */
  static async assertForNewStore({ directory }: Layout): Promise<void> {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize >= NEW_STORE_BYTES) return;
    throw new LogError('STORE_FULL', `The disk of ${directory} has no room for a new store`);
  }

  /** Makes the facts ample. Throws ENOSPC when the disk is full. */
  extend(): Promise<void> {
    return this.#reserve.extend();
  }

  /** Runs a write of facts. On a full disk a `change` succeeds, and what is `new` throws ENOSPC. */
  write(kind: 'new' | 'change', action: () => Promise<void>): Promise<void> {
    return this.#writes.run(async () => {
      if (!this.#reserve.has()) {
        await this.extend().catch((error) => {
          if (kind === 'new' || !isDiskFull(error) || !this.#reserve.isEnoughToRemove) throw error;
        });
      }
      await action();
    });
  }

  /** Throws what an append or a new log would throw now. */
  async probe(): Promise<void> {
    await this.write('new', () => this.facts.probe());
    const path = this.layout.probe;
    try {
      await writeFile(path, randomBytes(PROBE_BYTES), { mode: PRIVATE_FILE });
    } finally {
      await writeFile(path, '');
    }
  }
}
