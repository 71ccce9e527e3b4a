import { LARGE_PAGE_BYTES, PAGE_BYTES } from '../../../core/follow/page-size';

/** How many bytes of idle buffers are kept: enough for a few dozen readers that catch up at once. */
const IDLE_BYTES_MAX = 16 * 1024 * 1024;

/** Idle buffers are dropped when no page was read for this time, or for up to twice as long. */
const IDLE_MS_MAX = 10_000;

/** The buffers that pages are read into. New ones cost more than the reading: memory outside the heap makes V8 collect all of it. */
export class PageBufferPool {
  readonly #idle: readonly IdleBuffers[] = [
    { size: PAGE_BYTES, buffers: [] },
    { size: LARGE_PAGE_BYTES, buffers: [] },
  ];
  #idleBytes = 0;
  #isUsed = false;
  #sweepTimer: NodeJS.Timeout | undefined;

  /** A buffer of at least `bytes`. A small one is not pooled, and would waste most of a large buffer. */
  acquire(bytes: number): Buffer {
    this.#isUsed = true;
    const fit = this.#idle.find(({ size }) => bytes <= size && bytes > size / 2);
    const kept = fit?.buffers.pop();
    if (kept !== undefined) this.#idleBytes -= kept.length;
    return kept ?? Buffer.allocUnsafeSlow(fit?.size ?? bytes);
  }

  /** For a buffer whose content is no longer read. At most once per `acquire`. */
  release(buffer: Buffer): void {
    const fit = this.#idle.find(({ size }) => size === buffer.length);
    if (fit === undefined) return;
    this.#makeRoom(fit);
    if (this.#idleBytes + fit.size > IDLE_BYTES_MAX) return;
    fit.buffers.push(buffer);
    this.#idleBytes += fit.size;
    this.#sweepTimer ??= setInterval(() => this.#dropUnused(), IDLE_MS_MAX).unref();
  }

  #dropUnused(): void {
    if (this.#isUsed) {
      this.#isUsed = false;
      return;
    }
    for (const { buffers } of this.#idle) buffers.length = 0;
    this.#idleBytes = 0;
    clearInterval(this.#sweepTimer);
    this.#sweepTimer = undefined;
  }

  /** Those of the other size have not been used lately, or they would not be idle. */
  #makeRoom(fit: IdleBuffers): void {
    for (const other of this.#idle) {
      while (other !== fit && this.#idleBytes + fit.size > IDLE_BYTES_MAX && other.buffers.pop())
        this.#idleBytes -= other.size;
    }
  }
}

interface IdleBuffers {
  readonly size: number;
  readonly buffers: Buffer[];
}
