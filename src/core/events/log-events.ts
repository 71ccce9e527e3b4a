import type { LogInfo, LogOutcome, LogRef } from '../log/log';
import type { Loss } from '../log/loss';
import type { Offset } from '../log/offset';
import type { Change } from '../store/change';
import type { LifecycleEvent } from '../store/news';
import { TailHub } from './tail-hub';

/** The news of a store whose logs one process changes: passes each step to the watchers of that log and to the listeners of all logs. */
export class LogEvents {
  readonly tails = new TailHub();
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();

  subscribe(listener: (event: LifecycleEvent) => void): () => void {
    // A function that is subscribed twice is called twice.
    const own = (event: LifecycleEvent): void => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** The log was created, perhaps sealed at once. */
  created(info: LogInfo): void {
    this.#emit({ log: info, kind: 'created' });
    if (info.outcome !== undefined) this.ended(info, info.tail, info.outcome);
  }

  /**
   * A step stored `chunks` at `from`. `info` is the log after it, which the same step may have sealed.
   * @param at Unix milliseconds at which it did
   */
  committed(info: LogInfo, from: Offset, chunks: readonly Buffer[], at = info.updatedAt): void {
    this.tails.appended(info, from, chunks, at, info.outcome);
    if (info.outcome !== undefined) this.ended(info, info.tail, info.outcome);
  }

  /** `change` took effect, and `info` is the log after it. A removal is `ended` instead. */
  changed(info: LogInfo, change: Change): void {
    if (change.kind === 'attach') this.#emit({ log: info, kind: 'attached', epoch: info.epoch });
    else if (change.kind === 'release')
      this.#emit({ log: info, kind: 'released', epoch: change.epoch, state: change.state });
    else if (change.kind !== 'touch' && info.outcome !== undefined) this.ended(info, info.tail, info.outcome);
  }

  ended(log: LogRef, at: Offset, outcome: LogOutcome): void {
    this.tails.ended(log, at, outcome);
    this.#emit({ log, kind: 'ended', at, outcome });
  }

  /** Bytes of the log are gone. `LogInfo.losses` already has the loss. */
  lost(log: LogRef, loss: Loss): void {
    this.tails.lost(log, loss);
    this.#emit({ log, kind: 'lost', loss });
  }

  close(): void {
    this.tails.close();
    this.#listeners.clear();
  }

  #emit(event: LifecycleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
