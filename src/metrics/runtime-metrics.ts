import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { Histogram } from './histogram';
import type { Metric } from './registry';

/** How often the event loop is checked. A delay that is shorter than this is seen in proportion to its length. */
const CHECK_EVERY_MS = 100;

const DELAY_SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const GC_SECONDS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

const GC_KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Measures the event loop and the garbage collector of this process. */
export class RuntimeMeter {
  readonly #delays = new Histogram(DELAY_SECONDS);
  readonly #collections = new Map([...GC_KINDS.values()].map((kind) => [kind, new Histogram(GC_SECONDS)]));
  readonly #timer: NodeJS.Timeout;
  readonly #observer: PerformanceObserver;

  constructor() {
    let due = performance.now() + CHECK_EVERY_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#delays.observe(Math.max(0, now - due) / 1_000);
      due = now + CHECK_EVERY_MS;
    }, CHECK_EVERY_MS).unref();
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#note(entry);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  metrics(): readonly Metric[] {
    return [
      {
        name: 'nodejs_eventloop_delay_seconds',
        help: 'How late a timer was that is due ten times per second.',
        type: 'histogram',
        bounds: DELAY_SECONDS,
        collect: (emit) => emit({}, this.#delays),
      },
      {
        name: 'nodejs_eventloop_busy_seconds_total',
        help: 'For how long the event loop was not idle.',
        type: 'counter',
        collect: (emit) => emit({}, performance.eventLoopUtilization().active / 1_000),
      },
      {
        name: 'nodejs_gc_duration_seconds',
        help: 'How long garbage collections took.',
        type: 'histogram',
        bounds: GC_SECONDS,
        collect: (emit) => {
          for (const [kind, histogram] of this.#collections) emit({ kind }, histogram);
        },
      },
      ...memoryMetrics(),
    ];
  }

  close(): void {
    clearInterval(this.#timer);
    this.#observer.disconnect();
  }

  #note(entry: PerformanceEntry): void {
    const kind = GC_KINDS.get(kindOf(entry));
    if (kind !== undefined) this.#collections.get(kind)?.observe(entry.duration / 1_000);
  }
}

/** One of `perf_hooks.constants`. The types of Node leave `detail` out. */
function kindOf(entry: PerformanceEntry): number {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined;
  const isKnown = typeof detail === 'object' && detail !== null && 'kind' in detail;
  return isKnown && typeof detail.kind === 'number' ? detail.kind : Number.NaN;
}

function memoryMetrics(): readonly Metric[] {
  return [
    {
      name: 'nodejs_heap_size_used_bytes',
      help: 'What lives in the heap of V8, and what is not collected yet.',
      type: 'gauge',
      collect: (emit) => emit({}, process.memoryUsage().heapUsed),
    },
    {
      name: 'nodejs_heap_size_total_bytes',
      help: 'The size of the heap of V8.',
      type: 'gauge',
      collect: (emit) => emit({}, process.memoryUsage().heapTotal),
    },
    {
      name: 'nodejs_external_memory_bytes',
      help: 'Memory outside the heap that objects in it keep, such as buffers.',
      type: 'gauge',
      collect: (emit) => emit({}, process.memoryUsage().external),
    },
    {
      name: 'nodejs_heap_space_size_used_bytes',
      help: 'What lives in each space of the heap.',
      type: 'gauge',
      collect(emit) {
        for (const { space_name, space_used_size } of getHeapSpaceStatistics())
          emit({ space: space_name.replace(/_space$/, '') }, space_used_size);
      },
    },
  ];
}
