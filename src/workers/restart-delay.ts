import { growingPauses } from '../core/scheduling/retry';

/** A worker that ran for this long has not died of its start. Milliseconds. */
const STEADY_MS = 30_000;

/** How long a worker that died waits for its replacement: not at all at first, then longer each time it dies young again. */
export class RestartDelay {
  readonly #pauses = growingPauses({ firstMs: 200, maxMs: 10_000 });
  #hasDied = false;

  /** @returns milliseconds */
  after(livedMs: number): number {
    if (this.#hasDied && livedMs < STEADY_MS) return this.#pauses.next();
    this.#hasDied = true;
    this.#pauses.reset();
    return 0;
  }
}
