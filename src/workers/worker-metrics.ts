import { resolvesWithin } from '../core/scheduling/timeout';
import type { CollectMetrics } from '../metrics/metrics-exchange';
import { countedPart, type MetricsSnapshot, mergeSnapshots } from '../metrics/snapshot';

/** How long a worker may take to answer. Each asks the store, for up to 6 s. For a slower one its last answer counts. */
const ANSWER_MS = 8_000;

/** A worker that is asked for its metrics. */
export interface CountingWorker {
  /** Its answer comes by `WorkerMetrics.counted`. */
  askForMetrics(): void;
}

interface KnownWorker {
  last: MetricsSnapshot;
  /** Those that wait for the next answer. */
  readonly waiting: Set<() => void>;
}

/**
 * Sums the metrics of all workers and of the primary. A counter never goes down: what a worker had counted by its last answer stays in the
 * sums when it has exited.
 */
export class WorkerMetrics {
  readonly #workers = new Map<CountingWorker, KnownWorker>();
  /** Of the workers that have exited. */
  #ended: MetricsSnapshot = [];
  #gathering: Promise<MetricsSnapshot> | undefined;

  /** @param collectOwn reads those of this process */
  constructor(private readonly collectOwn: CollectMetrics) {}

  started(worker: CountingWorker): void {
    this.#workers.set(worker, { last: [], waiting: new Set() });
  }

  counted(worker: CountingWorker, snapshot: MetricsSnapshot): void {
    const known = this.#workers.get(worker);
    if (known === undefined) return;
    known.last = snapshot;
    settle(known);
  }

  exited(worker: CountingWorker): void {
    const known = this.#workers.get(worker);
    if (known === undefined) return;
    this.#workers.delete(worker);
    this.#ended = mergeSnapshots([this.#ended, countedPart(known.last)]);
    settle(known);
  }

  /** Scrapes at the same time share one round. */
  gather(): Promise<MetricsSnapshot> {
    this.#gathering ??= this.#gather().finally(() => {
      this.#gathering = undefined;
    });
    return this.#gathering;
  }

  async #gather(): Promise<MetricsSnapshot> {
    const answers = [...this.#workers].map(([worker, known]) => {
      const answered = new Promise<void>((resolve) => known.waiting.add(resolve));
      worker.askForMetrics();
      return answered;
    });
    await resolvesWithin(ANSWER_MS, Promise.all(answers));
    const own = await this.collectOwn();
    // Without a pause in between: a worker that exits is in the one or in the other.
    const present = [...this.#workers.values()].map(({ last }) => last);
    return mergeSnapshots([...present, this.#ended, own]);
  }
}

function settle({ waiting }: KnownWorker): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}
