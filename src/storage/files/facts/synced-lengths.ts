import type { Database, RootDatabase } from 'lmdb';
import { LENIENT_JSON } from './read-value';

/** What is known of the file of an open log, even after a power cut. */
export interface SyncedLength {
  /** How many of its bytes are on the disk. */
  readonly bytes: number;
  /** Its content may end in zero bytes: zeros at the end of the file are then not a sign of a lost write. */
  readonly mayEndInZeros: boolean;
}

/** Stands for a value that cannot be read: everything in the file counts. */
const ALL: SyncedLength = { bytes: Number.MAX_SAFE_INTEGER, mayEndInZeros: true };

/**
 * How much of each open log is on the disk. With the durability `interval` it lags behind by at most one sync; with the others
 * nothing is counted, because no start needs it.
 *
 * lengths  generation -> [bytes, 1 if the content may end in zeros]
 */
export class SyncedLengths {
  readonly #lengths: Database<unknown, string>;

  constructor(root: RootDatabase<number, string>) {
    this.#lengths = root.openDB({ name: 'lengths', ...LENIENT_JSON });
  }

  get(generation: string): SyncedLength | undefined {
    const value = this.#lengths.get(generation);
    if (value === undefined) return undefined;
    const [bytes, flag]: unknown[] = Array.isArray(value) ? value : [];
    return typeof bytes === 'number' ? { bytes, mayEndInZeros: flag === 1 } : ALL;
  }

  /** Runs inside a batch, as all below. */
  note(generation: string, bytes: number): void {
    const flag = this.get(generation)?.mayEndInZeros ? 1 : 0;
    void this.#lengths.put(generation, [bytes, flag]);
  }

  noteZeros(generation: string): void {
    void this.#lengths.put(generation, [this.get(generation)?.bytes ?? 0, 1]);
  }

  remove(generation: string): void {
    void this.#lengths.remove(generation);
  }
}
