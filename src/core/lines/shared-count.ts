import type { LogRef } from '../log/log';
import { advance, type Offset } from '../log/offset';
import { abortable } from '../scheduling/abortable';
import type { Semaphore } from '../scheduling/semaphore';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import type { SliceCounter } from './count-threads';
import type { LineIndex } from './line-index';
import { readRange } from './read-range';

/** A thread reads a file itself from so many bytes on: to start one takes as long as to count several times as many here. */
const FILE_BYTES_MIN = 4 * 1024 * 1024;

/** How much a thread counts per job: two milliseconds of work. */
const JOB_BYTES = 8 * 1024 * 1024;

/** How much of a log is counted before other logs have their turn. */
const TURN_BYTES = 64 * 1024 * 1024;

/** A request that waits until enough is counted. */
interface Waiting {
  readonly tail: Offset;
  readonly isEnough: (index: LineIndex) => boolean;
  readonly done: (outcome: Outcome) => void;
}

type Outcome = 'counted' | { readonly error: unknown };

/** Where and with what newlines are counted. */
export interface CountSource {
  readonly store: LogStore;
  /** Absent: everything is counted in this thread. */
  readonly counter?: SliceCounter | undefined;
  /** How much memory the index of one log may take. */
  readonly indexBytesMax: number;
}

/** Counts the newlines of one log for all requests that wait for it, and stops when none does. */
export class SharedCount {
  readonly #waiting = new Set<Waiting>();
  #stopping = new AbortController();
  #isRunning = false;

  /**
   * @param slots how many logs are counted at once
   * @param onPause called when no request waits any more. The index may be used on, and counted on, later
   */
  constructor(
    private readonly source: CountSource,
    private readonly log: LogRef,
    readonly index: LineIndex,
    private readonly slots: Semaphore,
    private readonly onPause: () => void,
  ) {}

  /** Resolves when everything up to `tail` is counted, or enough of it. @throws as `readRange`; the signal's reason */
  async until(tail: Offset, isEnough: (index: LineIndex) => boolean, signal: AbortSignal): Promise<void> {
    const outcome = await abortable<Outcome>(signal, (done) => {
      const waiting = { tail, isEnough, done };
      this.#waiting.add(waiting);
      if (!this.#isRunning) void this.#run();
      return () => {
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#stopping.abort();
      };
    });
    if (outcome !== 'counted') throw outcome.error;
  }

  /** Does not throw. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      try {
        await this.slots.run(() => this.#countOn());
      } catch (error) {
        // Aborted: all have left. Others may have come since.
        if (this.#stopping.signal.aborted) continue;
        for (const { done } of [...this.#waiting]) done({ error });
      }
    }
    // In the turn of the last look: what comes later begins anew.
    this.#isRunning = false;
    this.onPause();
  }

  async #countOn(): Promise<void> {
    const tail = Math.max(this.index.end, ...[...this.#waiting].map((one) => one.tail));
    const until = advance(this.index.end, Math.min(tail - this.index.end, TURN_BYTES));
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    await this.#countFile(until, signal);
    const slices = new TimeSlices(signal);
    for await (const page of readRange(this.source.store, this.log, this.index.end, until, signal)) {
      this.index.add(page);
      page.release?.();
      await this.index.shrink(this.source.indexBytesMax, slices);
      this.#settle();
      if (this.#waiting.size === 0) return;
      if (slices.isOver) await slices.next();
    }
    this.#settle();
  }

  /** Counts in a thread that reads the file itself, where there is one. What is left then has to be read, and says what is wrong. */
  async #countFile(until: Offset, signal: AbortSignal): Promise<void> {
    const { index, log } = this;
    const { counter, store } = this.source;
    const { logFiles } = store;
    if (counter === undefined || logFiles === undefined || until - index.end < FILE_BYTES_MIN) return;
    while (index.end < until && !signal.aborted) {
      const from = index.end;
      const to = advance(from, Math.min(until - from, JOB_BYTES));
      const job = { from, until: to, first: index.untilMark };
      const counted = await logFiles.use(log, (fd) => counter({ ...job, fd }));
      if (counted === undefined) return;
      index.addCounted(counted, await logFiles.times(log, from, to));
      await index.shrink(this.source.indexBytesMax, new TimeSlices(signal));
      this.#settle();
      if (index.end < to) return;
    }
  }

  #settle(): void {
    const { index } = this;
    for (const { tail, isEnough, done } of [...this.#waiting])
      if (index.end >= tail || isEnough(index)) done('counted');
  }
}
