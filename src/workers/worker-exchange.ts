import type { Worker } from 'node:cluster';
import { resolvesWithin } from '../core/scheduling/timeout';
import type { CollectMetrics, MetricsExchange } from '../metrics/metrics-exchange';
import type { MetricsSnapshot } from '../metrics/snapshot';
import { isPrimaryMessage, type PrimaryMessage, type WorkerReport } from './messages';

/** The primary waits less for its workers. */
const GATHER_MS = 9_000;

/** The metrics of a worker on their way to the primary, and the sum of all on its way back. */
export class WorkerExchange implements MetricsExchange {
  /** While the worker starts, it has counted nothing. */
  #collect: CollectMetrics = async () => [];
  #requests = 0;
  /** Scrapes that wait for the primary. */
  readonly #waiting = new Map<number, (snapshot: MetricsSnapshot) => void>();

  constructor(
    worker: Worker,
    private readonly send: (report: WorkerReport) => void,
  ) {
    worker.on('message', (message: unknown) => {
      if (isPrimaryMessage(message)) this.#onMessage(message);
    });
  }

  offer(collect: CollectMetrics): void {
    this.#collect = collect;
  }

  async gather(): Promise<MetricsSnapshot | undefined> {
    this.#requests += 1;
    const request = this.#requests;
    let gathered: MetricsSnapshot | undefined;
    const answer = new Promise<void>((resolve) => {
      this.#waiting.set(request, (snapshot) => {
        gathered = snapshot;
        resolve();
      });
    });
    this.send({ kind: 'gather', request });
    await resolvesWithin(GATHER_MS, answer);
    this.#waiting.delete(request);
    return gathered;
  }

  /** Sends the metrics of this worker. The primary keeps what it has counted when it exits. */
  async report(): Promise<void> {
    this.send({ kind: 'counted', snapshot: await this.#collect() });
  }

  #onMessage(message: PrimaryMessage): void {
    if (message.kind === 'count') void this.report();
    else this.#waiting.get(message.request)?.(message.snapshot);
  }
}
