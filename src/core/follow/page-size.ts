import type { Offset } from '../log/offset';

/** How many bytes a reader asks the store for at once. A reader that catches up holds two pages. */
export const PAGE_BYTES = 512 * 1024;

/** How many bytes a fast reader asks for, and up to half as many more. In larger pages a byte costs no less. */
export const LARGE_PAGE_BYTES = 2 * 1024 * 1024;

/** What all large pages of this process may take together beyond `PAGE_BYTES` each. Thousands of readers must not have large pages. */
const RESERVED_BYTES_MAX = 32 * 1024 * 1024;

/** Bytes per millisecond. A reader this fast gets large pages; a reader this slow gets small ones again. */
const FAST = 32 * 1024;
const SLOW = 8 * 1024;

/** How much one reader asks for at once. In large pages a replay takes two thirds of the CPU. For a slow reader they are only memory. */
export class PageSize {
  static #reservedByAll = 0;
  #isLarge = false;
  /** What the pages that are not consumed yet have beyond `PAGE_BYTES`, the oldest first. */
  readonly #reserved: number[] = [];

  /** @param mayBeLarge whether its pages may ever be large ones */
  constructor(private readonly mayBeLarge: boolean) {}

  /** How much to ask for at `at`. Large pages end near multiples of their size, so that readers of one log share them. */
  reserve(at: Offset): number {
    const bytes = this.#isLarge ? largeAt(at) : PAGE_BYTES;
    const more = bytes - PAGE_BYTES;
    const isReserved = PageSize.#reservedByAll + more <= RESERVED_BYTES_MAX;
    this.#reserved.push(isReserved ? more : 0);
    if (!isReserved) return PAGE_BYTES;
    PageSize.#reservedByAll += more;
    return bytes;
  }

  /** The oldest page is no longer in memory. @param ms how long its reader took for its `bytes` */
  consumed(bytes: number, ms: number): void {
    PageSize.#reservedByAll -= this.#reserved.shift() ?? 0;
    // A few bytes at a tail say nothing about the reader.
    if (bytes < PAGE_BYTES / 2) return;
    if (bytes > ms * FAST) this.#isLarge = this.mayBeLarge;
    else if (bytes < ms * SLOW) this.#isLarge = false;
  }

  /** To be called when nothing more will be consumed. */
  releaseAll(): void {
    for (const bytes of this.#reserved.splice(0)) PageSize.#reservedByAll -= bytes;
  }
}

/** From half of a large page to one and a half: to one of the next two multiples. */
function largeAt(at: Offset): number {
  const upToMultiple = LARGE_PAGE_BYTES - (at % LARGE_PAGE_BYTES);
  return upToMultiple >= LARGE_PAGE_BYTES / 2 ? upToMultiple : upToMultiple + LARGE_PAGE_BYTES;
}
