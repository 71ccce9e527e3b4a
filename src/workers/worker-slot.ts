import { pause } from '../core/scheduling/pause';
import type { Logger } from '../observe/logger';
import { RestartDelay } from './restart-delay';
import { type WorkerExit, WorkerProcess } from './worker-process';

/** A worker's number, which is always taken: whoever ends there is replaced. */
export class WorkerSlot {
  readonly #restart = new RestartDelay();
  readonly #closing = new AbortController();
  #worker: WorkerProcess;
  readonly #done: Promise<WorkerExit | undefined>;

  constructor(
    private readonly number: number,
    private readonly logger: Logger,
  ) {
    this.#worker = new WorkerProcess(number);
    this.#done = this.#keepTaken();
  }

  /** Where the first worker is reached, once it listens. @throws WorkerError when it ends before */
  get ready(): Promise<string> {
    return this.#worker.ready;
  }

  /** Nobody is replaced any more, and the worker stops. Resolves with its end, if there was one just then. */
  close(): Promise<WorkerExit | undefined> {
    this.#closing.abort();
    this.#worker.stop();
    return this.#done;
  }

  kill(): void {
    this.#worker.kill();
  }

  async #keepTaken(): Promise<WorkerExit | undefined> {
    const { signal } = this.#closing;
    // Where the first one cannot start, the server cannot: nobody takes its place.
    await this.#worker.ready.catch(() => this.#closing.abort());
    for (;;) {
      const end = await this.#worker.ended;
      if (signal.aborted) return end;
      const delayMs = end.isGraceful ? 0 : this.#restart.after(end.livedMs);
      this.#report(end, delayMs);
      await pause(delayMs, signal);
      if (signal.aborted) return undefined;
      this.#replace();
    }
  }

  /** Where no process can be made, the one that has ended is looked at again: with a pause, as after each end. */
  #replace(): void {
    try {
      this.#worker = new WorkerProcess(this.number);
    } catch (err) {
      this.logger.error({ worker: this.number, err }, 'a worker cannot be replaced yet');
    }
  }

  #report({ isGraceful, how, why }: WorkerExit, delayMs: number): void {
    const fields = { worker: this.number, pid: this.#worker.pid };
    if (isGraceful) this.logger.info(fields, 'a worker has stopped, and is replaced');
    else this.logger.error({ ...fields, how, why, delayMs }, 'a worker has died, and is replaced');
  }
}
