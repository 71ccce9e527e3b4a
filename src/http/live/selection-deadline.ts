import type { LogRef } from '../../core/log/log';
import type { Offset } from '../../core/log/offset';
import type { LogStore } from '../../core/store/store';

/** Node's timers take no more. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const RETRY_MS = 250;

/**
 * The time at which a selection of an open log ends although nothing may come. What was committed until then may come later, from another
 * node or to a slow client: the selection is over at the tail that the log has at that time.
 */
export class SelectionDeadline {
  #timer: NodeJS.Timeout | undefined;
  #tail: Offset | undefined;
  #isStopped = false;

  /**
   * @param endsAt Unix milliseconds
   * @param onDue called when `isReached` may have become true by itself
   */
  constructor(
    private readonly store: LogStore,
    private readonly log: LogRef,
    private readonly endsAt: number,
    private readonly onDue: () => void,
  ) {
    this.#wait();
  }

  /** @param at up to which the reader has the log */
  isReached(at: Offset): boolean {
    return this.#tail !== undefined && at >= this.#tail;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** The system's clock may be set while it waits. */
  #wait(): void {
    const left = this.endsAt - Date.now();
    if (left < 0) void this.#look();
    else this.#timer = setTimeout(() => this.#wait(), Math.min(Math.floor(left) + 1, TIMER_MS_MAX));
  }

  async #look(): Promise<void> {
    try {
      const info = await this.store.info(this.log.id);
      // Of a log that is gone the reader learns by its news.
      if (info?.generation === this.log.generation) this.#tail = info.tail;
    } catch {
      // The store is unavailable. Its tail may have moved.
      if (!this.#isStopped) this.#timer = setTimeout(() => void this.#look(), RETRY_MS);
      return;
    }
    if (!this.#isStopped) this.onDue();
  }
}
