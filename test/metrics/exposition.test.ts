import { renderMetrics } from '../../src/metrics/exposition';
import { Histogram } from '../../src/metrics/histogram';
import { MetricRegistry } from '../../src/metrics/registry';
import { countedPart, type MetricsSnapshot, mergeSnapshots } from '../../src/metrics/snapshot';

async function snapshotOf(seconds: Histogram, text = 'plain'): Promise<MetricsSnapshot> {
  const registry = new MetricRegistry();
  registry.add(
    {
      name: 'made_total',
      help: 'Made.\nTwice \\ as much.',
      type: 'counter',
      collect: (emit) => emit({ kind: text }, 7),
    },
    { name: 'open', help: 'Open.', type: 'gauge', collect: (emit) => emit({}, 3) },
    { name: 'up', help: 'Up.', type: 'gauge', merge: 'min', collect: (emit) => emit({}, 1) },
    {
      name: 'took_seconds',
      help: 'Took.',
      type: 'histogram',
      bounds: seconds.bounds,
      collect: (emit) => emit({ op: 'read' }, seconds),
    },
    {
      name: 'failing',
      help: 'Cannot be read.',
      type: 'gauge',
      async collect() {
        throw new Error('away');
      },
    },
    { name: 'empty_total', help: 'Has no sample.', type: 'counter', collect() {} },
  );
  return registry.snapshot();
}

function histogramOf(...values: readonly number[]): Histogram {
  const histogram = new Histogram([0.5, 1]);
  for (const value of values) histogram.observe(value);
  return histogram;
}

describe('the text of metrics', () => {
  it('Prometheus gets each metric with its help and type, and buckets that add up', async () => {
    const text = renderMetrics(await snapshotOf(histogramOf(0.25, 0.5, 1, 4)), 'prometheus');
    expect(text.split('\n')).toEqual([
      '# HELP made_total Made.\\nTwice \\\\ as much.',
      '# TYPE made_total counter',
      'made_total{kind="plain"} 7',
      '# HELP open Open.',
      '# TYPE open gauge',
      'open 3',
      '# HELP up Up.',
      '# TYPE up gauge',
      'up 1',
      '# HELP took_seconds Took.',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{op="read",le="0.5"} 2',
      'took_seconds_bucket{op="read",le="1"} 3',
      'took_seconds_bucket{op="read",le="+Inf"} 4',
      'took_seconds_sum{op="read"} 5.75',
      'took_seconds_count{op="read"} 4',
      '',
    ]);
  });

  it('OpenMetrics names a counter without _total, writes bounds as floats, and has an end', async () => {
    const text = renderMetrics(await snapshotOf(histogramOf()), 'openmetrics');
    expect(text).toContain('# TYPE made counter\nmade_total{kind="plain"} 7\n');
    expect(text).toContain('took_seconds_bucket{op="read",le="1.0"} 0\n');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('a label value cannot break out of its quotes', async () => {
    const text = renderMetrics(await snapshotOf(histogramOf(), 'a"} 1\nb\\'), 'prometheus');
    expect(text).toContain('made_total{kind="a\\"} 1\\nb\\\\"} 7\n');
  });
});

describe('the metrics of several processes', () => {
  it('counters and histograms are summed, and other metrics follow their own rule', async () => {
    const one = await snapshotOf(histogramOf(0.25));
    const other = await snapshotOf(histogramOf(0.75, 9));
    const down = one.map((metric) => (metric.name === 'up' ? { ...metric, samples: { '': [0] } } : metric));
    const text = renderMetrics(mergeSnapshots([one, other, down]), 'prometheus');
    expect(text).toContain('made_total{kind="plain"} 21\n');
    expect(text).toContain('\nup 0\n');
    expect(text).toContain('le="0.5"} 2\n');
    expect(text).toContain('took_seconds_sum{op="read"} 10.25\n');
  });

  it('a sample that only one process has is kept', async () => {
    const merged = mergeSnapshots([
      await snapshotOf(histogramOf(), 'one'),
      await snapshotOf(histogramOf(), 'two'),
    ]);
    const text = renderMetrics(merged, 'prometheus');
    expect(text).toContain('made_total{kind="one"} 7\nmade_total{kind="two"} 7\n');
  });

  it('of a process that has ended, gauges do not count', async () => {
    const ended = countedPart(await snapshotOf(histogramOf()));
    expect(ended.map(({ name }) => name)).toEqual(['made_total', 'took_seconds', 'empty_total']);
  });
});
