import cluster, { type Worker } from 'node:cluster';
import { isWorkerReport, NUMBER_VARIABLE, STOP } from './messages';
import { closeUndelivered } from './undelivered';

/** The first workers could not start. The message is a sentence for whoever started the server. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

/** How a worker ended. */
export interface WorkerExit {
  /** It was told to, and has stopped as it should. */
  readonly isGraceful: boolean;
  /** Such as `exit code 1` or `signal SIGKILL`. */
  readonly how: string;
  /** What it had to say. */
  readonly why: string | undefined;
  readonly livedMs: number;
}

/** A worker as the primary sees it: one process, from its start to its end. */
export class WorkerProcess {
  /** Where it is reached, once it listens. @throws WorkerError when it ends before */
  readonly ready: Promise<string>;
  readonly ended: Promise<WorkerExit>;
  readonly #worker: Worker;

  constructor(number: number) {
    const worker = cluster.fork({ [NUMBER_VARIABLE]: number });
    this.#worker = worker;
    closeUndelivered(worker);
    this.ended = endOf(worker);
    this.ready = Promise.race([
      listening(worker),
      this.ended.then(({ why, how }) => {
        throw new WorkerError(why ?? `A worker ended at its start: ${how}`);
      }),
    ]);
    this.ready.catch(() => {
      // Only the first ones are waited for.
    });
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** It stops in good order, or at once while it starts. */
  stop(): void {
    if (this.#worker.isConnected()) this.#worker.send(STOP);
  }

  /** What is under way there is lost, but nothing that was acknowledged. */
  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}

/** Resolves with where it is reached. */
function listening(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.on('message', (message: unknown) => {
      if (isWorkerReport(message) && message.kind === 'ready') resolve(message.url);
    });
  });
}

function endOf(worker: Worker): Promise<WorkerExit> {
  const began = performance.now();
  let why: string | undefined;
  worker.on('message', (message: unknown) => {
    if (isWorkerReport(message) && message.kind === 'failed') why = message.message;
  });
  return new Promise((resolve) => {
    const end = (isGraceful: boolean, how: string): void => {
      resolve({ isGraceful, how, why, livedMs: performance.now() - began });
    };
    // Not 'exit': what it said last may be read only after that.
    worker.process.once('close', (code: number | null, signal: string | null) => {
      end(code === 0, signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    worker.on('error', (error) => {
      // That it cannot be sent anything is no news: its end follows. One that never became a process has no other end.
      if (worker.process.pid === undefined) end(false, error.message);
    });
  });
}
