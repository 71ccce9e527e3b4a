import { PAGE_BYTES } from '../../core/follow';

/** How many idle buffers are kept: enough for a few dozen readers that catch up at once. */
const IDLE_MAX = 32;

/**
 * The memory that pages are read into. A fresh buffer for every page of a long replay costs more than reading it: it is garbage a
 * moment later, and memory outside the heap makes V8 collect all of the heap again and again.
 */
export class PageBuffers {
  readonly #idle: Buffer[] = [];

  /** A buffer of at least `bytes`. Small ones are not worth keeping, and a large one would waste most of itself on them. */
  lend(bytes: number): Buffer {
    const kept = this.#isKept(bytes) ? this.#idle.pop() : undefined;
    return kept ?? Buffer.allocUnsafeSlow(this.#isKept(bytes) ? PAGE_BYTES : bytes);
  }

  /** Once nobody looks any more at what was read into it. Once only. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === PAGE_BYTES && this.#idle.length < IDLE_MAX) this.#idle.push(buffer);
  }

  #isKept(bytes: number): boolean {
    return bytes <= PAGE_BYTES && bytes > PAGE_BYTES / 2;
  }
}
