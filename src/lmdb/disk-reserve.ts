import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

/** What transactions that only change or remove may need, when LMDB can use none of its freed pages again. */
const LAST_BYTES = 1 << 20;
const STEP_BYTES = 1 << 20;

/**
 * Disk space for a database, inside LMDB's own file: the file is kept longer than LMDB needs, so that LMDB never meets a full disk. Two
 * things depend on that. LMDB writes new pages before it frees old ones: without space to spare not even a removal would be committed,
 * and no removal could free the disk. And lmdb 3.5 writes the reason of a failed page write into a buffer that is too short for it
 * (`mdb_page_flush`), which can end the process.
 */
export class DiskReserve {
  #size = 0;
  #isShort = true;
  #extension: Promise<void> | undefined;

  /** @param bytesUsed how far into its file LMDB has written @param spareBytes kept free beyond that */
  constructor(
    private readonly path: string,
    private readonly bytesUsed: () => number,
    private readonly spareBytes: number,
  ) {}

  /** The last extension failed, or one is in progress. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Whether a transaction that only changes or removes can still be committed. */
  get isEnoughToRemove(): boolean {
    return this.#spare >= LAST_BYTES;
  }

  /** Whether a transaction that stores `bytes` leaves the spare bytes as they are. */
  has(bytes = 0): boolean {
    return !this.#isShort && this.#spare >= this.spareBytes + bytes;
  }

  /** Extends the file until it `has` the bytes. Throws ENOSPC when the disk is full. */
  async extend(bytes = 0): Promise<void> {
    while (!this.has(bytes)) {
      this.#extension ??= this.#extend(this.spareBytes + bytes).finally(() => {
        this.#extension = undefined;
      });
      await this.#extension;
    }
  }

  get #spare(): number {
    return this.#size - this.bytesUsed();
  }

  async #extend(spare: number): Promise<void> {
    this.#isShort = true;
    // Appending does not collide with LMDB's writes.
    const file = await open(this.path, 'a');
    try {
      for (let failure: unknown; ; ) {
        this.#size = (await file.stat()).size;
        if (this.#spare >= spare) break;
        // Not before: a step that a full disk cut off may have been enough.
        if (failure !== undefined) throw failure;
        // Zeros would take no space where the file system compresses.
        failure = await file.writeFile(randomBytes(STEP_BYTES)).catch((error: unknown) => error);
      }
    } finally {
      await file.close();
    }
    this.#isShort = false;
  }
}
