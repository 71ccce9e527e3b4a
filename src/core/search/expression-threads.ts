import { Worker } from 'node:worker_threads';
import { errorCodeOf } from '../log/errors';
import { abortable } from '../scheduling/abortable';
import { Semaphore } from '../scheduling/semaphore';
import type { ExpressionJob, ExpressionReport } from './expression-job';
import { SearchTooCostly } from './search-errors';

/** How long a thread without work is kept. */
const IDLE_MS = 10_000;

/** Far more than a block and its hits take. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 };

/** How one job may end early. */
interface JobLimits {
  /** When it aborts, the thread is ended. */
  readonly signal: AbortSignal;
  /** The most time in the thread. */
  readonly ms: number;
}

interface IdleThread {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

/**
 * The threads that run regular expressions. Nothing in JavaScript can end an expression that runs, except the end of its thread. A thread
 * is used again by any search, and ends after a while without work.
 */
export class ExpressionThreads {
  readonly #places: Semaphore;
  readonly #idle: IdleThread[] = [];
  readonly #all = new Set<Worker>();
  #isClosed = false;

  /** @param threadsMax how many jobs run at once; others wait in their order */
  constructor(threadsMax: number) {
    this.#places = new Semaphore(threadsMax);
  }

  /** @throws SearchTooCostly; the signal's reason */
  run(job: ExpressionJob, limits: JobLimits): Promise<ExpressionReport> {
    return this.#places.run(async () => {
      limits.signal.throwIfAborted();
      const worker = this.#take();
      try {
        const report = await answerOf(worker, job, limits);
        this.#keep(worker);
        return report;
      } catch (error) {
        void worker.terminate();
        throw error;
      }
    });
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer);
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #take(): Worker {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      clearTimeout(idle.timer);
      return idle.worker;
    }
    const worker = new Worker(require.resolve('./expression-thread'), { resourceLimits: RESOURCE_LIMITS });
    // It never keeps the process running.
    worker.unref();
    this.#all.add(worker);
    worker.once('exit', () => this.#all.delete(worker));
    // Without a job, an error only means that it ends.
    worker.on('error', () => {});
    return worker;
  }

  #keep(worker: Worker): void {
    if (this.#isClosed) {
      void worker.terminate();
      return;
    }
    const end = (): void => {
      const index = this.#idle.findIndex((one) => one.worker === worker);
      if (index >= 0) this.#idle.splice(index, 1);
      void worker.terminate();
    };
    this.#idle.push({ worker, timer: setTimeout(end, IDLE_MS).unref() });
  }
}

/** @throws SearchTooCostly; the signal's reason; what ended the thread */
async function answerOf(
  worker: Worker,
  job: ExpressionJob,
  { signal, ms }: JobLimits,
): Promise<ExpressionReport> {
  const outcome = await abortable<ExpressionReport | Error>(signal, (resolve) => {
    const onLate = (): void => resolve(new SearchTooCostly('the expression takes too much time'));
    const onExit = (): void => resolve(new Error('a thread for expressions has ended'));
    const onError = (error: unknown): void => resolve(failureOf(error));
    const timer = setTimeout(onLate, ms);
    worker.on('message', resolve).on('error', onError).on('exit', onExit);
    worker.postMessage(job, [job.block.buffer]);
    return () => {
      clearTimeout(timer);
      worker.off('message', resolve).off('error', onError).off('exit', onExit);
    };
  });
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

function failureOf(error: unknown): Error {
  if (errorCodeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY')
    return new SearchTooCostly('the expression takes too much memory');
  return error instanceof Error ? error : new Error(String(error));
}
