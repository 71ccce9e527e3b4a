import type { LogOutcome, LogRef } from '../log/log';
import type { Loss } from '../log/loss';
import type { Offset } from '../log/offset';
import type { LifecycleEvent } from '../store/store';
import { TailHub } from './tail-hub';

/** Whom a store tells what happens to its logs: those who wait at the tail of one, and those who listen to all. */
export class LogEvents {
  readonly tails = new TailHub();
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();

  subscribe(listener: (event: LifecycleEvent) => void): () => void {
    // One function given twice is still two listeners.
    const own = (event: LifecycleEvent): void => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  emit(event: LifecycleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The log was sealed or taken away. */
  ended(log: LogRef, at: Offset, outcome: LogOutcome): void {
    this.tails.ended(log, at, outcome);
    this.emit({ log, kind: 'ended', at, outcome });
  }

  /** Bytes of the log are gone, and `LogInfo.losses` has it. */
  lost(log: LogRef, loss: Loss): void {
    this.tails.lost(log, loss);
    this.emit({ log, kind: 'lost', loss });
  }

  close(): void {
    this.tails.close();
    this.#listeners.clear();
  }
}
