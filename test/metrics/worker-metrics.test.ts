import type { MetricsSnapshot } from '../../src/metrics/snapshot';
import { type CountingWorker, WorkerMetrics } from '../../src/workers/worker-metrics';

function snapshotOf(count: number): MetricsSnapshot {
  const common = { help: '', merge: 'sum' } as const;
  return [
    { ...common, name: 'made_total', type: 'counter', samples: { '': [count] } },
    { ...common, name: 'open', type: 'gauge', samples: { '': [count] } },
  ];
}

/** A worker that answers at once, while it has an answer. */
class Answering implements CountingWorker {
  count = 0;

  constructor(private readonly metrics: WorkerMetrics) {
    metrics.started(this);
  }

  askForMetrics(): void {
    this.metrics.counted(this, snapshotOf(this.count));
  }
}

async function totals(metrics: WorkerMetrics): Promise<Record<string, number | undefined>> {
  const snapshot = await metrics.gather();
  return Object.fromEntries(snapshot.map(({ name, samples }) => [name, samples['']?.[0]]));
}

describe('the metrics of all workers', () => {
  const sum = (): WorkerMetrics => new WorkerMetrics(async () => snapshotOf(1));

  it('the sum has those of the primary', async () => {
    const metrics = sum();
    const [one, other] = [new Answering(metrics), new Answering(metrics)];
    one.count = 10;
    other.count = 20;
    expect(await totals(metrics)).toEqual({ made_total: 31, open: 31 });
  });

  it('what a worker had counted stays when it exits, and its gauges go', async () => {
    const metrics = sum();
    const [one, other] = [new Answering(metrics), new Answering(metrics)];
    one.count = 10;
    other.count = 20;
    await metrics.gather();
    metrics.exited(one);
    expect(await totals(metrics)).toEqual({ made_total: 31, open: 21 });
    const replacement = new Answering(metrics);
    replacement.count = 5;
    expect(await totals(metrics)).toEqual({ made_total: 36, open: 26 });
    metrics.exited(replacement);
    metrics.exited(replacement);
    expect(await totals(metrics)).toEqual({ made_total: 36, open: 21 });
  });

  it('a worker that exits while it is asked is not waited for', async () => {
    const metrics = sum();
    const dying = { askForMetrics: () => setImmediate(() => metrics.exited(dying)) };
    metrics.started(dying);
    expect(await totals(metrics)).toEqual({ made_total: 1, open: 1 });
  });

  it('requests at the same time share one round', async () => {
    const metrics = sum();
    let asked = 0;
    const counting = {
      askForMetrics() {
        asked += 1;
        setImmediate(() => metrics.counted(counting, snapshotOf(1)));
      },
    };
    metrics.started(counting);
    await Promise.all([metrics.gather(), metrics.gather(), metrics.gather()]);
    expect(asked).toBe(1);
    await metrics.gather();
    expect(asked).toBe(2);
  });
});
