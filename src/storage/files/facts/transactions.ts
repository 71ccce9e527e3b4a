import { setImmediate as turn } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import { bytesUsed, commitBatch } from '../../../lmdb/database';

/** Writes to LMDB, in one transaction per turn of the event loop. */
export class Transactions {
  /** The writes of the transaction that begins at the end of this turn. */
  #writes: (() => void)[] = [];
  #commit: Promise<void> | undefined;
  #bytesUsed: number | undefined;

  constructor(private readonly root: RootDatabase<number, string>) {}

  /** How far into its file LMDB has written. What follows is free. */
  get bytesUsed(): number {
    this.#bytesUsed ??= bytesUsed(this.root);
    return this.#bytesUsed;
  }

  /** Commits puts and removals in the transaction of this turn. An error of `writes` goes to its caller: other writes are committed. */
  async commit(writes: () => void): Promise<void> {
    const thrown: unknown[] = [];
    this.#writes.push(() => {
      try {
        writes();
      } catch (error) {
        thrown.push(error);
      }
    });
    this.#commit ??= this.#commitTogether();
    await this.#commit;
    if (thrown.length > 0) throw thrown[0];
  }

  async #commitTogether(): Promise<void> {
    await turn();
    const together = this.#writes;
    this.#writes = [];
    this.#commit = undefined;
    try {
      await commitBatch(this.root, () => {
        for (const writes of together) writes();
      });
    } finally {
      // Only a transaction changes it, and the question costs as much as a small write.
      this.#bytesUsed = undefined;
    }
  }
}
