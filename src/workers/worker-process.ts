import cluster, { type Worker } from 'node:cluster';
import { closeUndelivered } from '../node-internals/undelivered-connections';
import { isWorkerReport, NUMBER_VARIABLE, type PrimaryMessage, RELOAD, STOP } from './messages';
import type { CountingWorker, WorkerMetrics } from './worker-metrics';

/** A worker failed to start or to stop. The message is printed without a stack. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

/** How a worker exited. */
export interface WorkerExit {
  /** Whether it exited with code 0. */
  readonly isGraceful: boolean;
  /** For example `exit code 1` or `signal SIGKILL`. */
  readonly how: string;
  /** The message that the worker reported, if any. */
  readonly reason: string | undefined;
  readonly livedMs: number;
}

/** One forked worker, seen from the primary. */
export class WorkerProcess implements CountingWorker {
  /** Resolves with the worker's URL when it listens. @throws WorkerError when it exits before */
  readonly ready: Promise<string>;
  readonly exited: Promise<WorkerExit>;
  readonly #worker: Worker;

  constructor(number: number, metrics: WorkerMetrics) {
    const worker = cluster.fork({ [NUMBER_VARIABLE]: number });
    this.#worker = worker;
    this.#shareMetrics(metrics);
    closeUndelivered(worker);
    this.exited = exitOf(worker);
    this.ready = Promise.race([
      listening(worker),
      this.exited.then(({ reason, how }) => {
        throw new WorkerError(reason ?? `A worker failed to start: ${how}`);
      }),
    ]);
    this.ready.catch(() => {
      // The pool awaits only the first workers, not their replacements.
    });
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  askForMetrics(): void {
    this.#send({ kind: 'count' });
  }

  /** Stops the worker gracefully, or at once while it starts. */
  stop(): void {
    if (this.#worker.isConnected()) this.#worker.send(STOP);
  }

  /** Makes it read its tokens again. A worker that is still starting reads them anyway. */
  reload(): void {
    if (this.#worker.isConnected()) this.#worker.send(RELOAD);
  }

  /** Ends the process at once. Its requests fail, but acknowledged bytes are safe. */
  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #shareMetrics(metrics: WorkerMetrics): void {
    metrics.started(this);
    this.#worker.on('message', (message: unknown) => {
      if (!isWorkerReport(message)) return;
      if (message.kind === 'counted') metrics.counted(this, message.snapshot);
      else if (message.kind === 'gather') void this.#answer(metrics, message.request);
    });
    // After its last message.
    this.#worker.process.once('close', () => metrics.exited(this));
  }

  async #answer(metrics: WorkerMetrics, request: number): Promise<void> {
    const snapshot = await metrics.gather();
    this.#send({ kind: 'gathered', request, snapshot });
  }

  /** A worker that is exiting gets no message: its scrape ends with it. */
  #send(message: PrimaryMessage): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, undefined, () => {});
  }
}

function listening(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.on('message', (message: unknown) => {
      if (isWorkerReport(message) && message.kind === 'ready') resolve(message.url);
    });
  });
}

function exitOf(worker: Worker): Promise<WorkerExit> {
  const began = performance.now();
  let reason: string | undefined;
  worker.on('message', (message: unknown) => {
    if (isWorkerReport(message) && message.kind === 'failed') reason = message.message;
  });
  return new Promise((resolve) => {
    const end = (isGraceful: boolean, how: string): void => {
      resolve({ isGraceful, how, reason, livedMs: performance.now() - began });
    };
    // 'exit' is too early: the worker's last message may arrive after it.
    worker.process.once('close', (code: number | null, signal: string | null) => {
      end(code === 0, signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    worker.on('error', (error) => {
      // If sending failed, the exit follows. If the process never started, this is its only event.
      if (worker.process.pid === undefined) end(false, error.message);
    });
  });
}
