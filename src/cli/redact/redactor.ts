import type { SecretIndex } from './secret-index';

/** What stands in the place of a secret. */
export const MARK = Buffer.from('***');

/** What was redacted, over all redactors of a command. */
export class RedactionTally {
  readonly #counts = new Map<string, number>();
  readonly #inRun = new Set<string>();
  #places = 0;

  get places(): number {
    return this.#places;
  }

  /** In how many places each secret was. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  beginPlace(): void {
    this.#places += 1;
    this.#inRun.clear();
  }

  addNames(names: readonly string[]): void {
    for (const name of names) {
      if (this.#inRun.has(name)) continue;
      this.#inRun.add(name);
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }
}

/**
 * Replaces secrets in bytes that arrive in pieces, as if they had come at once: each run of bytes that belong to a secret becomes `***`. Holds
 * back only bytes with which a secret may begin.
 */
export class Redactor {
  #held: Buffer = Buffer.alloc(0);
  /** How many of the held bytes belong to a secret that began before them. Its mark has been written. */
  #covered = 0;
  /** Whether the byte before the held ones belongs to a secret. */
  #isInRun = false;

  constructor(
    private readonly index: SecretIndex,
    private readonly tally: RedactionTally,
  ) {}

  push(piece: Uint8Array): Buffer {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    return this.#redact(this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]), false);
  }

  /** @returns what was held back */
  end(): Buffer {
    return this.#redact(this.#held, true);
  }

  #redact(text: Buffer, isWhole: boolean): Buffer {
    const { matches, decided } = this.index.search(text, isWhole);
    const kept: Buffer[] = [];
    let done = this.#covered;
    for (const { from, to, names } of matches) {
      // Secrets that overlap or touch are one place.
      if (from > done || !this.#isInRun) {
        kept.push(text.subarray(done, from), MARK);
        this.tally.beginPlace();
        this.#isInRun = true;
      }
      this.tally.addNames(names);
      done = Math.max(done, to);
    }
    if (done < decided) {
      kept.push(text.subarray(done, decided));
      this.#isInRun = false;
    }
    this.#covered = Math.max(done - decided, 0);
    this.#held = Buffer.from(text.subarray(decided));
    const [only = this.#held.subarray(0, 0)] = kept;
    return kept.length > 1 ? Buffer.concat(kept) : only;
  }
}
