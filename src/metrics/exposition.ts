import type { MetricsSnapshot, MetricValues } from './snapshot';

/** Which text a scraper gets. */
export type Exposition = 'prometheus' | 'openmetrics';

/** Renders metrics in the text format 0.0.4 of Prometheus, or as OpenMetrics 1.0.0. Metrics without a sample are left out. */
export function renderMetrics(snapshot: MetricsSnapshot, format: Exposition): string {
  const metrics = snapshot.filter(({ samples }) => Object.keys(samples).length > 0);
  const lines = metrics.flatMap((metric) => [...linesOf(metric, format)]);
  const end = format === 'openmetrics' ? ['# EOF'] : [];
  return [...lines, ...end, ''].join('\n');
}

function* linesOf(metric: MetricValues, format: Exposition): Generator<string, void> {
  const { name, help, type, samples } = metric;
  // In OpenMetrics a counter is called `loom_appends`, and its sample `loom_appends_total`.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  yield `# HELP ${family} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`;
  yield `# TYPE ${family} ${type}`;
  for (const [labels, values] of Object.entries(samples)) {
    if (type === 'histogram') yield* histogramLines(metric, labels, values, format);
    else yield `${name}${braces(labels)} ${numberText(values[0] ?? 0)}`;
  }
}

function* histogramLines(
  { name, bounds = [] }: MetricValues,
  labels: string,
  values: readonly number[],
  format: Exposition,
): Generator<string, void> {
  let count = 0;
  for (const [i, bound] of [...bounds, Number.POSITIVE_INFINITY].entries()) {
    count += values[i] ?? 0;
    yield `${name}_bucket${braces(labels, `le="${boundText(bound, format)}"`)} ${count}`;
  }
  yield `${name}_sum${braces(labels)} ${numberText(values[bounds.length + 1] ?? 0)}`;
  yield `${name}_count${braces(labels)} ${count}`;
}

function braces(...labels: readonly string[]): string {
  const all = labels.filter((one) => one !== '');
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

/** OpenMetrics writes a bound as a float: `1.0`. */
function boundText(bound: number, format: Exposition): string {
  const text = numberText(bound);
  return format === 'openmetrics' && Number.isInteger(bound) ? `${text}.0` : text;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
