import type { Database, RootDatabase } from 'lmdb';
import type { Transactions } from './transactions';

/** Facts about the store as a whole. */
export class StoreMeta {
  readonly #about: Database<number, string>;

  constructor(
    root: RootDatabase<number, string>,
    private readonly transactions: Transactions,
  ) {
    this.#about = root.openDB({ name: 'about', encoding: 'json' });
  }

  /** `bootId` when the store was last opened. */
  get boot(): number | undefined {
    return this.#about.get('boot');
  }

  /** The machine was rebooted: its clock is taken as it is. */
  noteBoot(boot: number): Promise<void> {
    return this.transactions.commit(() => {
      void this.#about.put('boot', boot);
      void this.#about.remove('skew');
    });
  }

  /** `fileFingerprint` of `loom.mdb` when the store was last opened; `undefined` before that was stored. */
  get factsFile(): number | undefined {
    return this.#about.get('file');
  }

  noteFactsFile(file: number): Promise<void> {
    return this.#put('file', file);
  }

  /** How far the system's clock was ahead of the store's clock. */
  get skew(): number {
    return this.#about.get('skew') ?? 0;
  }

  /** The system's clock when the kernel's steady clock was 0; `undefined` before that was stored. */
  get clockOrigin(): number | undefined {
    return this.#about.get('origin');
  }

  noteClock(skew: number, origin: number): Promise<void> {
    return this.transactions.commit(() => {
      void this.#about.put('skew', skew);
      void this.#about.put('origin', origin);
    });
  }

  /** The durability for which synced lengths are stored, by its index in `DURABILITIES`; `undefined` before there were any. */
  get lengthsDurability(): number | undefined {
    return this.#about.get('lengths');
  }

  noteLengthsDurability(durability: number): Promise<void> {
    return this.#put('lengths', durability);
  }

  /** The lengths are older than the files. */
  forgetLengths(): Promise<void> {
    return this.transactions.commit(() => void this.#about.remove('lengths'));
  }

  /** The number of the newest file of the journal. */
  get journalNumber(): number {
    return this.#about.get('journal') ?? 0;
  }

  noteJournal(number: number): Promise<void> {
    return this.#put('journal', number);
  }

  /** `fileFingerprint` of that file; `undefined` before that was stored. */
  get journalFile(): number | undefined {
    return this.#about.get('journalFile');
  }

  noteJournalFile(file: number): Promise<void> {
    return this.#put('journalFile', file);
  }

  /** Whether every log has a line in the journal. */
  get isJournaled(): boolean {
    return this.#about.get('journaled') === 1;
  }

  noteJournaled(): Promise<void> {
    return this.#put('journaled', 1);
  }

  #put(key: string, value: number): Promise<void> {
    return this.transactions.commit(() => void this.#about.put(key, value));
  }
}
