import { SHORT_SECONDS } from './histogram';
import type { Metric } from './registry';
import type { StoreMeter } from './store-meter';

/** What is asked of the store at a scrape. */
export interface StoreGauges {
  /** How many streams there are, by their state. */
  streams(): Promise<Readonly<Record<string, number>>>;
  /** Whether the store takes appends now. It answers in bounded time and does not reject. */
  isUp(): Promise<boolean>;
}

/** The metrics of the store and of what lives in it. Several processes of one store have the same streams: those are not summed. */
export function storeMetrics(store: StoreMeter, gauges: StoreGauges): readonly Metric[] {
  return [...lifeMetrics(store, gauges), ...operationMetrics(store, gauges)];
}

/** Of the streams: how many there are, and how they begin and end. */
function lifeMetrics(store: StoreMeter, gauges: StoreGauges): readonly Metric[] {
  return [
    {
      name: 'loom_streams',
      help: 'Streams in the store.',
      type: 'gauge',
      merge: 'max',
      async collect(emit) {
        for (const [state, count] of Object.entries(await gauges.streams())) emit({ state }, count);
      },
    },
    {
      name: 'loom_streams_created_total',
      help: 'Streams that were created here.',
      type: 'counter',
      collect: (emit) => emit({}, store.created),
    },
    {
      name: 'loom_streams_ended_total',
      help: 'Streams that were closed or removed here. One that is closed and later removed counts twice.',
      type: 'counter',
      collect(emit) {
        for (const [outcome, count] of Object.entries(store.ended)) emit({ outcome }, count);
      },
    },
    {
      name: 'loom_janitor_removed_total',
      help: 'Streams that were removed because they had expired or were older than retention.maxAge.',
      type: 'counter',
      collect: (emit) => emit({}, store.janitorRemoved),
    },
  ];
}

function operationMetrics(store: StoreMeter, gauges: StoreGauges): readonly Metric[] {
  return [
    {
      name: 'loom_store_up',
      help: 'Whether the store takes appends: 1, or 0.',
      type: 'gauge',
      merge: 'min',
      async collect(emit) {
        emit({}, (await gauges.isUp()) ? 1 : 0);
      },
    },
    {
      name: 'loom_store_errors_total',
      help: 'Operations that failed because of the store.',
      type: 'counter',
      collect(emit) {
        for (const [op, { errors }] of Object.entries(store.operations)) emit({ op }, errors);
      },
    },
    {
      name: 'loom_store_operation_duration_seconds',
      help: 'How long operations of the store took, failed ones included.',
      type: 'histogram',
      bounds: SHORT_SECONDS,
      collect(emit) {
        for (const [op, { seconds }] of Object.entries(store.operations)) emit({ op }, seconds);
      },
    },
  ];
}
