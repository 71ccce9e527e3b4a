import type { LogRef } from '../../core/log/log';
import type { Offset } from '../../core/log/offset';
import type { LogStore } from '../../core/store/store';

/** Node's timers take no more. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const RETRY_MS = 250;

/**
 * The time at which a selection of an open log ends although nothing may come. What was committed until then may come later, from another
 * node or to a slow client: the selection is over at the tail that the log has at that time, or once its store has all bytes of that time.
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
    const left = this.endsAt + this.store.commitDelayMs - Date.now();
    if (left < 0) void this.#look();
    else this.#timer = setTimeout(() => this.#wait(), Math.min(Math.floor(left) + 1, TIMER_MS_MAX));
  }

  /** @param isLast not to be repeated if it takes long */
  async #look(isLast = false): Promise<void> {
    const begun = performance.now();
    const info = await this.store.info(this.log.id).catch(() => 'unavailable' as const);
    if (this.#isStopped) return;
    // The tail of a store that is unavailable may have moved.
    if (info === 'unavailable') this.#lookAfter(RETRY_MS);
    else if (!isLast && this.#wasAway(begun)) this.#lookAfter(this.store.commitDelayMs, true);
    else {
      // Of a log that is gone the reader learns by its news.
      if (info?.generation === this.log.generation) this.#tail = info.tail;
      this.onDue();
    }
  }

  #lookAfter(ms: number, isLast?: boolean): void {
    this.#timer = setTimeout(() => void this.#look(isLast), ms);
  }

  /** A store that answers so late was away. Appends that waited for it, too, are on their way now. */
  #wasAway(begun: number): boolean {
    const { commitDelayMs } = this.store;
    return commitDelayMs > 0 && performance.now() - begun >= commitDelayMs;
  }
}
