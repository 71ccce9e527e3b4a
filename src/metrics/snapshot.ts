/** How the values of several processes become one value. */
export type MergeRule = 'sum' | 'max' | 'min';

/** What Prometheus calls the type of a metric. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric at one moment, with all that its text needs. It is plain data, because processes exchange it as JSON. */
export interface MetricValues {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly merge: MergeRule;
  /** The upper bounds of the buckets of a histogram. Further values are in one more bucket. */
  readonly bounds?: readonly number[];
  /** By labels as the text has them, such as `wire="loom"`: the value, or of a histogram the count of each bucket and then the sum. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** All metrics of one process, or of several together, at one moment. */
export type MetricsSnapshot = readonly MetricValues[];

const MERGE: Readonly<Record<MergeRule, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

/** Joins what several processes have counted. The order of the metrics is that of their first appearance. */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const merged = new Map<string, MetricValues>();
  for (const metric of snapshots.flat()) {
    const present = merged.get(metric.name);
    merged.set(metric.name, present === undefined ? metric : mergeMetrics(present, metric));
  }
  return [...merged.values()];
}

function mergeMetrics(one: MetricValues, other: MetricValues): MetricValues {
  const merge = MERGE[one.merge];
  const samples = new Map(Object.entries(one.samples));
  for (const [labels, values] of Object.entries(other.samples)) {
    const present = samples.get(labels);
    samples.set(
      labels,
      present === undefined ? values : values.map((value, i) => merge(value, present[i] ?? 0)),
    );
  }
  return { ...one, samples: Object.fromEntries(samples) };
}

/** What stays counted when its process has ended: a gauge is only of a process that runs. */
export function countedPart(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => type !== 'gauge');
}
