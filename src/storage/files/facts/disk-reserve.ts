import { randomBytes } from 'node:crypto';
import { open, statfs, writeFile } from 'node:fs/promises';
import { LogError } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import { isDiskFull } from '../disk/failures';
import { PRIVATE_FILE } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from './facts-database';

/** How many writes of facts are under way at once; LMDB commits together what comes together. */
const WRITES_AT_ONCE = 16;
/** What those may need at the most, when LMDB can use none of its freed pages again. */
const LAST_BYTES = 1 << 20;
const SPARE_BYTES = 3 << 20;
const STEP_BYTES = 1 << 20;
const PROBE_BYTES = 4096;

/**
 * Room on the disk for the facts, inside LMDB's own file: it is kept longer than LMDB needs it to be, so that a full disk is
 * nothing LMDB ever meets. Two things depend on that. LMDB writes new pages before it frees old ones: without spare room not even
 * a removal would get through, and nobody could make room by removing logs. And lmdb 3.5 writes the reason of a failed page write
 * into a buffer that is too short for it (`mdb_page_flush`), which can end the process.
 *
 * AMPLE   there are `SPARE_BYTES` to spare.
 * SHORT   the disk had no room for them. New bytes and new logs are refused until it has; changes of logs go on until
 *         `LAST_BYTES` are left.
 */
export class DiskReserve {
  readonly #gate = new Semaphore(WRITES_AT_ONCE);
  #state: 'ample' | 'short' = 'short';
  #size = 0;
  #extension: Promise<void> | undefined;

  constructor(
    private readonly layout: Layout,
    private readonly facts: FactsDatabase,
  ) {}

  get isShort(): boolean {
    return this.#state === 'short';
  }

  /** A new LMDB file has nothing to spare yet. @throws LogError `STORE_FULL` */
  static async assertForNewStore({ directory }: Layout): Promise<void> {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize >= SPARE_BYTES + STEP_BYTES) return;
    throw new LogError('STORE_FULL', `The disk of ${directory} has no room for a new store`);
  }

  /** Makes room to spare. Throws ENOSPC when the disk has none. */
  async extend(): Promise<void> {
    this.#extension ??= this.#fill().finally(() => {
      this.#extension = undefined;
    });
    await this.#extension;
  }

  /**
   * Runs a write of facts. A `change` gets through on a full disk as well; what is `new` throws ENOSPC there.
   */
  write(kind: 'new' | 'change', action: () => Promise<void>): Promise<void> {
    return this.#gate.run(async () => {
      if (this.isShort || this.#spare() < SPARE_BYTES) {
        await this.extend().catch((error) => {
          if (kind === 'new' || !isDiskFull(error) || this.#spare() < LAST_BYTES) throw error;
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

  #spare(): number {
    return this.#size - this.facts.bytesUsed;
  }

  async #fill(): Promise<void> {
    this.#state = 'short';
    // Appending can meet nothing of LMDB's, wherever that is writing.
    const file = await open(this.layout.facts, 'a');
    try {
      for (;;) {
        this.#size = (await file.stat()).size;
        if (this.#spare() >= SPARE_BYTES) break;
        // Zeros would take no room where the file system compresses.
        await file.writeFile(randomBytes(STEP_BYTES));
      }
    } finally {
      this.#size = (await file.stat()).size;
      await file.close();
    }
    this.#state = 'ample';
  }
}
