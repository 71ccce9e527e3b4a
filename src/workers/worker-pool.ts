import cluster from 'node:cluster';
import type { Config } from '../config/config';
import type { Logger } from '../observe/logger';
import { WorkerError } from './worker-process';
import { WorkerSlot } from './worker-slot';

/** What a worker is given beyond what its settings allow it for a stop, in milliseconds. */
const BEYOND_MS = 5_000;

/**
 * Several workers that serve the same ports. This process, the primary, accepts the connections, hands each to a worker in turn, and
 * does nothing else with them.
 */
export class WorkerPool {
  #slots: readonly WorkerSlot[] = [];
  #closing: Promise<void> | undefined;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves once all workers listen, with where they are reached.
   *
   * @param argv the command line, which is theirs, too
   * @throws WorkerError when one of them cannot start; then all have ended
   */
  async start(argv: readonly string[]): Promise<string> {
    const { workers } = this.config;
    // Settings may change before a worker is replaced. That there are several does not.
    cluster.setupPrimary({ args: [...argv, '--workers', String(workers)] });
    this.#slots = Array.from({ length: workers }, (_, index) => new WorkerSlot(index + 1, this.logger));
    try {
      const [url = ''] = await Promise.all(this.#slots.map((post) => post.ready));
      this.logger.info({ url, workers }, 'all workers listen');
      return url;
    } catch (error) {
      await this.close().catch(() => {
        // One has failed: that is what is said.
      });
      throw error;
    }
  }

  /** Lets all workers stop in good order. Called again, it returns the same promise. @throws WorkerError when one did not */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const post of this.#slots) post.kill();
  }

  async #stop(): Promise<void> {
    this.logger.info('stopping all workers');
    const { stopTimeout, redis } = this.config;
    const late = setTimeout(() => this.kill(), stopTimeout + 2 * redis.commandTimeout + BEYOND_MS);
    const ends = await Promise.all(this.#slots.map((post) => post.close()));
    clearTimeout(late);
    this.logger.info('all workers have stopped');
    const wrong = ends.find((one) => one?.isGraceful === false);
    if (wrong !== undefined)
      throw new WorkerError(`A worker did not stop in good order: ${wrong.why ?? wrong.how}`);
  }
}
