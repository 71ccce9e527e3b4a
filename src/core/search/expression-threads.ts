import { Worker } from 'node:worker_threads';
import { errorCodeOf } from '../log/errors';
import { abortable } from '../scheduling/abortable';
import { Semaphore } from '../scheduling/semaphore';
import type { ExpressionAnswer, ExpressionJob, ExpressionReport } from './expression-job';
import { SearchTooCostly } from './search-errors';

/** How long a thread without work is kept. */
const IDLE_MS = 10_000;

const THREAD_OPTIONS = {
  /** Far more than a block and its hits take. */
  resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 },
  /** What the process is run with, such as modules to load first, is not for its threads. */
  execArgv: [],
  env: {},
};

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
  run(job: ExpressionJob, limits: JobLimits): Promise<ExpressionAnswer> {
    return this.#places.run(async () => {
      const { signal } = limits;
      signal.throwIfAborted();
      const idle = this.#takeIdle();
      const worker = idle ?? this.#start();
      try {
        // The time to start it is not that of the expression.
        if (idle === undefined) await reportOf(worker, signal, () => undefined);
        const answer = await answerOf(worker, job, limits);
        this.#keep(worker);
        return answer;
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

  #takeIdle(): Worker | undefined {
    const idle = this.#idle.pop();
    clearTimeout(idle?.timer);
    return idle?.worker;
  }

  #start(): Worker {
    const worker = new Worker(require.resolve('./expression-thread'), THREAD_OPTIONS);
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

/** @throws as `reportOf`; SearchTooCostly after its time */
async function answerOf(
  worker: Worker,
  job: ExpressionJob,
  { signal, ms }: JobLimits,
): Promise<ExpressionAnswer> {
  const report = await reportOf(worker, signal, (fail) => {
    const onLate = (): void => fail(new SearchTooCostly('the expression takes too much time'));
    worker.postMessage(job, [job.block.buffer]);
    return setTimeout(onLate, ms);
  });
  if (report.kind === 'ready') throw new Error('a thread for expressions has started again');
  return report;
}

/**
 * Waits for the next report of a thread.
 * @param begin may start a timer, which is stopped with the wait
 * @throws SearchTooCostly; the signal's reason; what ended the thread
 */
async function reportOf(
  worker: Worker,
  signal: AbortSignal,
  begin: (fail: (error: Error) => void) => NodeJS.Timeout | undefined,
): Promise<ExpressionReport> {
  const outcome = await abortable<ExpressionReport | Error>(signal, (resolve) => {
    const onExit = (): void => resolve(new Error('a thread for expressions has ended'));
    const onError = (error: unknown): void => resolve(failureOf(error));
    worker.on('message', resolve).on('error', onError).on('exit', onExit);
    const timer = begin(resolve);
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
