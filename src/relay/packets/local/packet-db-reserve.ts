import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

/** What removals may need, as LMDB writes new pages before it frees old ones. */
const LAST_BYTES = 1 << 20;
const SPARE_BYTES = 2 << 20;
const STEP_BYTES = 1 << 20;

/**
 * Keeps LMDB's file longer than LMDB needs it to be, so that a full disk is nothing LMDB ever meets: without spare room not even a
 * removal would get through, and lmdb 3.5 writes the reason of a failed page write into a buffer that is too short for it
 * (`mdb_page_flush`), which can end the process.
 */
export class PacketDbReserve {
  #size = 0;

  /** @param used how far into its file LMDB has written */
  constructor(
    private readonly path: string,
    private readonly used: () => number,
  ) {}

  /** Makes room for a transaction that stores `bytes`. Throws ENOSPC when the disk has none. */
  async reserve(bytes: number): Promise<void> {
    if (this.#size - this.used() < bytes + SPARE_BYTES) await this.#extend(bytes + SPARE_BYTES);
  }

  /** Whether a transaction that only removes still gets through. */
  get isEnoughToRemove(): boolean {
    return this.#size - this.used() >= LAST_BYTES;
  }

  async #extend(spare: number): Promise<void> {
    // Appending can meet nothing of LMDB's, wherever that is writing.
    const file = await open(this.path, 'a');
    try {
      for (;;) {
        this.#size = (await file.stat()).size;
        const missing = this.used() + spare - this.#size;
        if (missing <= 0) return;
        // Zeros would take no room where the file system compresses.
        await file.writeFile(randomBytes(Math.min(Math.max(missing, 4096), STEP_BYTES)));
      }
    } finally {
      this.#size = (await file.stat()).size;
      await file.close();
    }
  }
}
