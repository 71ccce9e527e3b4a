import cluster from 'node:cluster';
import type { Config } from '../config/config';
import { processMetrics } from '../metrics/process-metrics';
import { MetricRegistry } from '../metrics/registry';
import { RuntimeMeter } from '../metrics/runtime-metrics';
import type { Logger } from '../observe/logger';
import { WorkerMetrics } from './worker-metrics';
import { WorkerError } from './worker-process';
import { WorkerSlot } from './worker-slot';

/** How long a worker may exceed the settings' time for a stop before it is killed. */
const KILL_MARGIN_MS = 5_000;

/** Several workers that serve the same ports. The primary accepts the connections and passes them to the workers in turn. */
export class WorkerPool {
  #slots: readonly WorkerSlot[] = [];
  readonly #runtime = new RuntimeMeter();
  readonly #metrics: WorkerMetrics;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
  ) {
    const registry = new MetricRegistry();
    registry.add(...processMetrics(), ...this.#runtime.metrics());
    this.#metrics = new WorkerMetrics(() => registry.snapshot());
  }

  /** Resolves with the URL when all workers listen. @param argv for the workers @throws WorkerError if one cannot start: all have exited */
  async start(argv: readonly string[]): Promise<string> {
    const { workers } = this.config;
    // A replacement reads the settings again. They may have changed since, but the number of workers has not.
    cluster.setupPrimary({ args: [...argv, '--workers', String(workers)] });
    this.#slots = Array.from(
      { length: workers },
      (_, index) => new WorkerSlot(index + 1, this.logger, this.#metrics),
    );
    try {
      const [url = ''] = await Promise.all(this.#slots.map((slot) => slot.ready));
      this.logger.info({ url, workers }, 'all workers listen');
      return url;
    } catch (error) {
      await this.close().catch(() => {
        // The error of the start is the one to report.
      });
      throw error;
    }
  }

  /** Stops all workers gracefully. Later calls return the same promise. @throws WorkerError when one failed to */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  /** Makes all workers read their tokens again. */
  reload(): void {
    for (const slot of this.#slots) slot.reload();
  }

  kill(): void {
    for (const slot of this.#slots) slot.kill();
  }

  async #stop(): Promise<void> {
    this.logger.info('stopping all workers');
    const { stopTimeout, redis } = this.config;
    const late = setTimeout(() => this.kill(), stopTimeout + 2 * redis.commandTimeout + KILL_MARGIN_MS);
    const exits = await Promise.all(this.#slots.map((slot) => slot.close()));
    clearTimeout(late);
    this.#runtime.close();
    this.logger.info('all workers have stopped');
    const failed = exits.find((exit) => exit?.isGraceful === false);
    if (failed !== undefined)
      throw new WorkerError(`A worker did not stop gracefully: ${failed.reason ?? failed.how}`);
  }
}
