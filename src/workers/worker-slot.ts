import { pause } from '../core/scheduling/pause';
import type { Logger } from '../observe/logger';
import { RestartDelay } from './restart-delay';
import type { WorkerMetrics } from './worker-metrics';
import { type WorkerExit, WorkerProcess } from './worker-process';

/** Keeps one worker running: when its process exits, forks a replacement with the same number. */
export class WorkerSlot {
  readonly #restart = new RestartDelay();
  readonly #closing = new AbortController();
  #worker: WorkerProcess;
  readonly #done: Promise<WorkerExit | undefined>;

  constructor(
    private readonly number: number,
    private readonly logger: Logger,
    private readonly metrics: WorkerMetrics,
  ) {
    this.#worker = new WorkerProcess(number, metrics);
    this.#done = this.#keepRunning();
  }

  /** Resolves with the URL when the first worker listens. @throws WorkerError when it exits before */
  get ready(): Promise<string> {
    return this.#worker.ready;
  }

  /** Stops the worker without a replacement. Resolves with its exit, or `undefined` if it had already exited. */
  close(): Promise<WorkerExit | undefined> {
    this.#closing.abort();
    this.#worker.stop();
    return this.#done;
  }

  reload(): void {
    this.#worker.reload();
  }

  kill(): void {
    this.#worker.kill();
  }

  async #keepRunning(): Promise<WorkerExit | undefined> {
    const { signal } = this.#closing;
    // If the first worker cannot start, neither can the server: it gets no replacement.
    await this.#worker.ready.catch(() => this.#closing.abort());
    for (;;) {
      const exit = await this.#worker.exited;
      if (signal.aborted) return exit;
      const delayMs = exit.isGraceful ? 0 : this.#restart.after(exit.livedMs);
      this.#report(exit, delayMs);
      await pause(delayMs, signal);
      if (signal.aborted) return undefined;
      this.#replace();
    }
  }

  /** If the fork fails, `#worker` stays the exited one: the loop sees that exit again and retries after its pause. */
  #replace(): void {
    try {
      this.#worker = new WorkerProcess(this.number, this.metrics);
    } catch (err) {
      this.logger.error({ worker: this.number, err }, 'a worker cannot be replaced yet');
    }
  }

  #report({ isGraceful, how, reason }: WorkerExit, delayMs: number): void {
    const fields = { worker: this.number, pid: this.#worker.pid };
    if (isGraceful) this.logger.info(fields, 'a worker stopped and is replaced');
    else this.logger.error({ ...fields, how, why: reason, delayMs }, 'a worker died and is replaced');
  }
}
