import { ThreadPool } from '../threads/thread-pool';
import type { CountedSlices, LineCountJob } from './counted-slices';

/** Counts the newlines of a part of an open file, away from the event loop. */
export type SliceCounter = (job: LineCountJob) => Promise<CountedSlices>;

/** The threads that count newlines. */
export class CountThreads {
  readonly #pool: ThreadPool<LineCountJob, CountedSlices>;

  /** @param threadsMax how many count at once */
  constructor(threadsMax: number) {
    this.#pool = new ThreadPool({ entry: require.resolve('./count-thread'), threadsMax });
  }

  readonly count: SliceCounter = (job) => this.#pool.run(job);

  /** Ends all threads. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
