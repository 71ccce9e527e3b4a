import type { Offset } from '../log/offset';

/** How many bytes a reader asks the store for at once. Two pages are in memory for one that catches up. */
export const PAGE_BYTES = 512 * 1024;

/** How many a prompt reader asks for, up to half as many more: beyond that a byte costs no less. */
export const LARGE_PAGE_BYTES = 2 * 1024 * 1024;

/** How much more than `PAGE_BYTES` each all large pages of this process may take together: thousands of readers must not have them. */
const RESERVED_BYTES_MAX = 32 * 1024 * 1024;

/** A reader that takes bytes so fast gets large pages, and one that takes them so slowly does not any more. Bytes a millisecond. */
const FAST = 32 * 1024;
const SLOW = 8 * 1024;

/**
 * How much one reader asks for at once. A page costs a round trip and the waking of two threads or processes, however large it is: in
 * large ones a replay takes two thirds of the CPU. For a reader that is slow they would only be memory.
 */
export class PageSize {
  static #reservedByAll = 0;
  #isLarge = false;
  /** What its pages that are not taken yet have beyond `PAGE_BYTES`, the oldest first. */
  readonly #reserved: number[] = [];

  /** @param mayBeLarge whether its pages may ever be large ones */
  constructor(private readonly mayBeLarge: boolean) {}

  /** How much to ask for at `at`. Large pages end near multiples of their size, so that readers of one log share them. */
  reserve(at: Offset): number {
    const bytes = this.#isLarge ? largeAt(at) : PAGE_BYTES;
    const more = bytes - PAGE_BYTES;
    const isLent = PageSize.#reservedByAll + more <= RESERVED_BYTES_MAX;
    this.#reserved.push(isLent ? more : 0);
    if (!isLent) return PAGE_BYTES;
    PageSize.#reservedByAll += more;
    return bytes;
  }

  /** The page that was asked for first is not in memory any more. @param ms how long its reader took for its `bytes` */
  consumed(bytes: number, ms: number): void {
    PageSize.#reservedByAll -= this.#reserved.shift() ?? 0;
    // Of a few bytes at a tail nothing can be told.
    if (bytes < PAGE_BYTES / 2) return;
    if (bytes > ms * FAST) this.#isLarge = this.mayBeLarge;
    else if (bytes < ms * SLOW) this.#isLarge = false;
  }

  /** To be called when nothing more will be taken. */
  releaseAll(): void {
    for (const bytes of this.#reserved.splice(0)) PageSize.#reservedByAll -= bytes;
  }
}

/** From half of a large page to one and a half: to one of the next two multiples. */
function largeAt(at: Offset): number {
  const upToMultiple = LARGE_PAGE_BYTES - (at % LARGE_PAGE_BYTES);
  return upToMultiple >= LARGE_PAGE_BYTES / 2 ? upToMultiple : upToMultiple + LARGE_PAGE_BYTES;
}
