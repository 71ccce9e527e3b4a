import { Histogram } from './histogram';
import type { MergeRule, MetricsSnapshot, MetricType, MetricValues } from './snapshot';

/** The names and values of the labels of a sample. All values come from bounded lists: an id of a stream is never one of them. */
type Labels = Readonly<Record<string, string>>;

/** Adds one sample to a metric. */
export type Emit = (labels: Labels, value: number | Histogram) => void;

/** A metric, and how it is read. Its numbers are plain fields elsewhere: only a scrape costs anything. */
export interface Metric {
  /** With its unit, and for a counter with `_total`, as Prometheus wants it. */
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** Default: `sum`. */
  readonly merge?: MergeRule;
  /** Present for a histogram. */
  readonly bounds?: readonly number[];
  /** If it fails, this scrape does not have the metric. */
  collect(emit: Emit): Promise<void> | void;
}

/** The metrics of one process. */
export class MetricRegistry {
  readonly #metrics: Metric[] = [];

  add(...metrics: readonly Metric[]): void {
    this.#metrics.push(...metrics);
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const all = await Promise.all(this.#metrics.map(snapshotOf));
    return all.filter((one) => one !== undefined);
  }
}

async function snapshotOf(metric: Metric): Promise<MetricValues | undefined> {
  const { name, help, type, merge = 'sum', bounds } = metric;
  const samples: Record<string, readonly number[]> = {};
  try {
    await metric.collect((labels, value) => {
      samples[labelText(labels)] = value instanceof Histogram ? value.values : [value];
    });
  } catch {
    // For example, a store that cannot be reached cannot count its streams. `loom_store_up` shows that.
    return undefined;
  }
  return { name, help, type, merge, ...(bounds && { bounds }), samples };
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
