import type { Offset } from './offset';

/** How many bytes a reader asks the store for at once, before it has shown how fast it is. Two pages are in memory for one that catches up. */
export const PAGE_BYTES = 512 * 1024;

/** Beyond this size a byte costs no less. */
export const PAGE_BYTES_MAX = 2 * 1024 * 1024;

/** What all readers of this process have beyond `PAGE_BYTES` each, in bytes: thousands of them must not have it, and a few may. */
const LENT_BYTES_MAX = 16 * 1024 * 1024;

/** A reader that takes no longer than this for a page, in milliseconds, is asked for a larger one. */
const PROMPT_MS = 50;

/**
 * How much one reader asks for at once. Each page costs a round trip and the waking of two threads or processes: in pages of 2 MiB a
 * replay takes half of the CPU. For a reader that is slow they would only be memory.
 */
export class PageSize {
  static #lent = 0;
  #bytes = PAGE_BYTES;

  /**
   * How much to ask for at `at`. Large pages end near multiples of their size, so that readers of one log share them; which of those
   * is so that none is small.
   */
  from(at: Offset): number {
    if (this.#bytes === PAGE_BYTES) return PAGE_BYTES;
    const upToMultiple = this.#bytes - (at % this.#bytes);
    return upToMultiple > this.#bytes / 2 ? upToMultiple : upToMultiple + this.#bytes;
  }

  /** @param ms the reader has taken for a page */
  taken(ms: number): void {
    if (ms > PROMPT_MS) this.giveBack();
    else if (this.#bytes < PAGE_BYTES_MAX && PageSize.#lent + this.#bytes <= LENT_BYTES_MAX) {
      PageSize.#lent += this.#bytes;
      this.#bytes *= 2;
    }
  }

  /** From here on it asks for the least. To be called at the end. */
  giveBack(): void {
    PageSize.#lent -= this.#bytes - PAGE_BYTES;
    this.#bytes = PAGE_BYTES;
  }
}
