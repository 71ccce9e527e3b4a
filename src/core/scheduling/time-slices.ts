import { setImmediate as nextTurn } from 'node:timers/promises';

/** For how long work over many logs blocks the event loop at once, in milliseconds. */
const SLICE_MS = 5;

/** Cuts one long task into slices, so that other work runs in between. What the task waits for counts as part of its slice. */
export class TimeSlices {
  #until = performance.now() + SLICE_MS;

  constructor(private readonly signal?: AbortSignal) {}

  /** Whether to wait for `next` before another step. Read it after each small step. */
  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /** Resolves in a later turn of the event loop. @throws the signal's reason once it has aborted */
  async next(): Promise<void> {
    await nextTurn();
    this.signal?.throwIfAborted();
    this.#until = performance.now() + SLICE_MS;
  }
}
