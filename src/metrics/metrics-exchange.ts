import type { MetricsSnapshot } from './snapshot';

/** Reads the metrics of this process. */
export type CollectMetrics = () => Promise<MetricsSnapshot>;

/** How a process gets the metrics of all processes that serve the same ports. */
export interface MetricsExchange {
  /** @param collect called when another process wants the metrics of this one */
  offer(collect: CollectMetrics): void;
  /** Resolves with the sum, this process included; `undefined` if the others cannot be asked. */
  gather(): Promise<MetricsSnapshot | undefined>;
}

/** For the only process. */
export class NoExchange implements MetricsExchange {
  #collect: CollectMetrics = async () => [];

  offer(collect: CollectMetrics): void {
    this.#collect = collect;
  }

  gather(): Promise<MetricsSnapshot> {
    return this.#collect();
  }
}
