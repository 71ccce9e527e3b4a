import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { errorCodeOf } from '../log/errors';
import { abortable } from '../scheduling/abortable';
import { Semaphore } from '../scheduling/semaphore';
import { resolvesWithin } from '../scheduling/timeout';
import type { ThreadMessage } from './thread-message';

/** How long a thread without work is kept. */
const IDLE_MS = 10_000;

/** How many jobs run at once, besides long ones: a processor is left to the event loop. */
const RUNNING_MAX = Math.max(1, availableParallelism() - 1);

/** A job that takes longer is a long one, for which others no longer wait. Most take a tenth of it. */
const LONG_JOB_MS = 100;

const NEVER = new AbortController().signal;

const THREAD_OPTIONS = {
  /** Far more than any job takes. */
  resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 },
  /** What the process is run with, such as modules to load first, is not for its threads. */
  execArgv: [],
  env: {},
};

interface ThreadPoolOptions {
  /** The file that the threads run, which calls `serveJobs`. */
  readonly entry: string;
  /** How many threads there are at most. Jobs that find none wait in their order. */
  readonly threadsMax: number;
}

/** How one job may end early. */
interface JobLimits {
  /** When it aborts, the thread is ended. */
  readonly signal?: AbortSignal;
  /** The most time in the thread. */
  readonly ms?: number;
  /** What moves to the thread without a copy. */
  readonly moved?: readonly ArrayBuffer[];
}

interface IdleThread {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

/** A thread was ended because its job took too much. */
export class ThreadExhausted extends Error {
  override readonly name = 'ThreadExhausted';

  constructor(readonly what: 'time' | 'memory') {
    super(`a job in a thread took too much ${what}`);
  }
}

/**
 * Threads that run the jobs of one kind. A job that does not end is ended with its thread: nothing else in JavaScript can end it. A thread
 * is used again, and ends after a while without work.
 */
export class ThreadPool<Job, Answer> {
  readonly #threads: Semaphore;
  readonly #running = new Semaphore(RUNNING_MAX);
  readonly #idle: IdleThread[] = [];
  readonly #all = new Set<Worker>();
  #isClosed = false;

  constructor(private readonly options: ThreadPoolOptions) {
    this.#threads = new Semaphore(options.threadsMax);
  }

  /** @throws ThreadExhausted; the signal's reason; what the job throws */
  run(job: Job, limits: JobLimits = {}): Promise<Answer> {
    return this.#threads.run(() => this.#inTurn(() => this.#runInThread(job, limits)));
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer);
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  /** Starts the job when others have ended, or have become long ones. */
  #inTurn(start: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      void this.#running.run(async () => {
        const answer = start();
        answer.then(resolve, reject);
        await resolvesWithin(LONG_JOB_MS, answer).catch(() => {});
      });
    });
  }

  async #runInThread(job: Job, { signal = NEVER, ms, moved }: JobLimits): Promise<Answer> {
    signal.throwIfAborted();
    const idle = this.#takeIdle();
    const worker = idle ?? this.#start();
    try {
      // The time to start it is not that of the job.
      if (idle === undefined) await messageOf<Answer>(worker, signal, () => undefined);
      const answered = await messageOf<Answer>(worker, signal, (fail) => {
        worker.postMessage(job, moved);
        return ms === undefined ? undefined : setTimeout(() => fail(new ThreadExhausted('time')), ms);
      });
      if (answered.kind === 'ready') throw new Error('a thread has started again');
      this.#keep(worker);
      return answered.answer;
    } catch (error) {
      void worker.terminate();
      throw error;
    }
  }

  #takeIdle(): Worker | undefined {
    const idle = this.#idle.pop();
    clearTimeout(idle?.timer);
    return idle?.worker;
  }

  #start(): Worker {
    const worker = new Worker(this.options.entry, THREAD_OPTIONS);
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

/**
 * Waits for the next message of a thread.
 * @param begin may start a timer, which is stopped with the wait
 * @throws ThreadExhausted; the signal's reason; what ended the thread
 */
async function messageOf<Answer>(
  worker: Worker,
  signal: AbortSignal,
  begin: (fail: (error: Error) => void) => NodeJS.Timeout | undefined,
): Promise<ThreadMessage<Answer>> {
  const outcome = await abortable<ThreadMessage<Answer> | Error>(signal, (resolve) => {
    const onExit = (): void => resolve(new Error('a thread has ended'));
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
  if (errorCodeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY') return new ThreadExhausted('memory');
  return error instanceof Error ? error : new Error(String(error));
}
