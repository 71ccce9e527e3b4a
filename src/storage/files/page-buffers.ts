import { PAGE_BYTES, PAGE_BYTES_MAX } from '../../core/page-size';

/** What is kept of idle buffers, in bytes: enough for a few dozen readers that catch up at once. */
const IDLE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The memory that pages are read into. A fresh buffer for every page of a long replay costs more than reading it: it is garbage a
 * moment later, and memory outside the heap makes V8 collect all of the heap again and again.
 */
export class PageBuffers {
  /** By their size, which is `PAGE_BYTES` or a double of it. */
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  /** A buffer of at least `bytes`. Small ones are not worth keeping, and a large one would waste most of itself on them. */
  lend(bytes: number): Buffer {
    const size = keptSizeFor(bytes);
    const kept = size === undefined ? undefined : this.#idle.get(size)?.pop();
    if (kept !== undefined) this.#idleBytes -= kept.length;
    return kept ?? Buffer.allocUnsafeSlow(size ?? bytes);
  }

  /** Once nobody looks any more at what was read into it. Once only. */
  giveBack(buffer: Buffer): void {
    const { length } = buffer;
    if (keptSizeFor(length) !== length || this.#idleBytes + length > IDLE_BYTES_MAX) return;
    const idle = this.#idle.get(length);
    if (idle === undefined) this.#idle.set(length, [buffer]);
    else idle.push(buffer);
    this.#idleBytes += length;
  }
}

function keptSizeFor(bytes: number): number | undefined {
  let size = PAGE_BYTES;
  while (size < bytes) size *= 2;
  return size <= PAGE_BYTES_MAX && bytes > size / 2 ? size : undefined;
}
