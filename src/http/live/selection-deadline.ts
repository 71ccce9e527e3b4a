import type { LogRef } from '../../core/log/log';
import { type Offset, START } from '../../core/log/offset';
import type { LogStore } from '../../core/store/store';

/** Node's timers take no more. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The time at which a selection of an open log ends although nothing may come. What was committed until then may come later, from another
 * node or to a slow client: the selection is over at the tail that the log has at that time.
 */
export class SelectionDeadline {
  #timer: NodeJS.Timeout | undefined;
  #tail: Offset | undefined;
  #isStopped = false;

  /**
   * @param endsAt Unix milliseconds by the clock of the store
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

  #wait(): void {
    const left = Math.floor(this.endsAt - this.store.now()) + 1;
    const isFar = left > TIMER_MS_MAX;
    const onTimer = (): void => {
      if (isFar) this.#wait();
      else void this.#look();
    };
    this.#timer = setTimeout(onTimer, isFar ? TIMER_MS_MAX : Math.max(left, 0));
  }

  async #look(): Promise<void> {
    try {
      const info = await this.store.info(this.log.id);
      // Of a log that is gone the reader learns by its news.
      if (info?.generation === this.log.generation) this.#tail = info.tail;
    } catch {
      // The store is unavailable: what the reader has is all that it gets.
      this.#tail = START;
    }
    if (!this.#isStopped) this.onDue();
  }
}
