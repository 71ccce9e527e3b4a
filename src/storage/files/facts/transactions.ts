import { setImmediate as turn } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import { bytesUsed, commit } from '../../../lmdb/database';

/** Writes to LMDB in transactions that all writes of one turn of the event loop share. */
export class Transactions {
  /** What goes in the transaction that begins at the end of this turn. */
  #writes: (() => void)[] = [];
  #commit: Promise<void> | undefined;
  #bytesUsed: number | undefined;

  constructor(private readonly root: RootDatabase<number, string>) {}

  /** How far into its file LMDB has written. What follows is free. */
  get bytesUsed(): number {
    this.#bytesUsed ??= bytesUsed(this.root);
    return this.#bytesUsed;
  }

  /**
   * Puts and removals in one transaction, which all share that come in one turn of the event loop. Resolves when it is committed.
   * What one of them throws is its caller's alone: the others are in the transaction, whose callers would be told that they are not.
   */
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
      await commit(this.root, () => {
        for (const writes of together) writes();
      });
    } finally {
      // Only a transaction moves it, and to ask costs as much as a small write.
      this.#bytesUsed = undefined;
    }
  }
}
