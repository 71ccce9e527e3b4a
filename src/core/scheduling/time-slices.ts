import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work over many logs keeps the event loop at a stretch, in milliseconds. */
const SLICE_MS = 5;

/** Cuts long work into slices, so that other work has its turn in between. */
export class TimeSlices {
  #until = performance.now() + SLICE_MS;

  constructor(private readonly signal?: AbortSignal) {}

  /** Asked after each small step: whether to wait for `next` before another one. */
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
