import { growingPauses } from '../core/scheduling/retry';

/** A worker that ran this long started well: its death is not a failed start. */
const STEADY_MS = 30_000;

/** The pause before a dead worker is replaced: 0 at first, then longer with each early death. */
export class RestartDelay {
  readonly #pauses = growingPauses({ firstMs: 200, maxMs: 10_000 });
  #hasDied = false;

  /** @returns the pause in milliseconds */
  after(livedMs: number): number {
    if (this.#hasDied && livedMs < STEADY_MS) return this.#pauses.next();
    this.#hasDied = true;
    this.#pauses.reset();
    return 0;
  }
}
