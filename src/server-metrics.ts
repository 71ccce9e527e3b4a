import type { Config } from './config/config';
import { withTimeout } from './core/scheduling/timeout';
import type { LogCounts, LogStore } from './core/store/store';
import { versionOfPackage } from './http/package-version';
import { buildMetrics } from './metrics/build-metrics';
import type { Meters } from './metrics/meters';
import { processMetrics } from './metrics/process-metrics';
import { MetricRegistry } from './metrics/registry';
import { type RequestGauges, requestMetrics } from './metrics/request-metrics';
import { RuntimeMeter } from './metrics/runtime-metrics';
import type { MetricsSnapshot } from './metrics/snapshot';
import { storeMetrics } from './metrics/store-metrics';
import { type StreamGauges, streamMetrics } from './metrics/stream-metrics';

/** How long a scrape waits for the store. Prometheus waits for the scrape for 10 s, unless it is configured otherwise. */
const STORE_MS = 3_000;

/** What is read at a scrape and counted nowhere. */
export type ServerGauges = RequestGauges & StreamGauges;

/** The metrics of this process. */
export class ServerMetrics {
  readonly #registry = new MetricRegistry();
  readonly #runtime = new RuntimeMeter();
  readonly #probe: StoreProbe;
  #collecting: Promise<MetricsSnapshot> | undefined;

  constructor(config: Config, store: LogStore, meters: Meters, gauges: ServerGauges) {
    const kind = config.store.replace(/:.*/s, '');
    this.#probe = new StoreProbe(store);
    this.#registry.add(
      ...buildMetrics(versionOfPackage(), kind),
      ...requestMetrics(meters, gauges),
      ...streamMetrics(meters, gauges),
      ...storeMetrics(meters.store, this.#probe),
      ...processMetrics(),
      ...this.#runtime.metrics(),
    );
  }

  /** Scrapes that come at the same time share one reading: each asks the store. */
  collect(): Promise<MetricsSnapshot> {
    this.#collecting ??= this.#registry.snapshot().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  /** What was counted can still be read. */
  close(): void {
    this.#probe.close();
    this.#runtime.close();
  }
}

/** Asks the store what its metrics need, in bounded time. */
class StoreProbe {
  #isClosed = false;

  constructor(private readonly store: LogStore) {}

  async streams(): Promise<LogCounts> {
    if (this.#isClosed) throw new Error('the store is about to be closed');
    return withTimeout(STORE_MS, this.store.count());
  }

  async isUp(): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      await withTimeout(STORE_MS, this.store.ready());
      return true;
    } catch {
      // Whatever the reason is: `/readyz` names it.
      return false;
    }
  }

  close(): void {
    this.#isClosed = true;
  }
}
