import { SHORT_SECONDS } from './histogram';
import type { Meters } from './meters';
import type { Emit, Metric } from './registry';
import type { WireMeter } from './wire-meter';
import { DELIVERING_WIRES, STORING_WIRES, type WireName } from './wire-name';

/** What is read at a scrape and counted nowhere. */
export interface StreamGauges {
  /** Responses that follow a stream now. */
  tails(): number;
  /** Bytes of producers that wait in memory for the store. */
  pendingBytes(): number;
}

/** The metrics of the bytes of streams, of their producers and of their consumers. */
export function streamMetrics(meters: Meters, gauges: StreamGauges): readonly Metric[] {
  return [...producerMetrics(meters, gauges), ...consumerMetrics(meters, gauges)];
}

function producerMetrics(meters: Meters, gauges: StreamGauges): readonly Metric[] {
  return [
    {
      name: 'loom_appends_total',
      help: 'Appends that the store has acknowledged.',
      type: 'counter',
      collect: byWire(meters, STORING_WIRES, ({ appends }) => appends),
    },
    {
      name: 'loom_appended_bytes_total',
      help: 'Bytes of streams that the store has acknowledged.',
      type: 'counter',
      collect: byWire(meters, STORING_WIRES, ({ appendedBytes }) => appendedBytes),
    },
    {
      name: 'loom_append_ack_duration_seconds',
      help: 'From the arrival of the first byte of an append until the store has acknowledged it.',
      type: 'histogram',
      bounds: SHORT_SECONDS,
      collect: (emit) => emit({}, meters.acknowledgements),
    },
    {
      name: 'loom_producer_resumes_total',
      help: 'Requests of producers that went on with a stream that was there.',
      type: 'counter',
      collect: (emit) => emit({}, meters.resumes),
    },
    {
      name: 'loom_pending_bytes',
      help: 'Bytes of producers that wait in memory for the store.',
      type: 'gauge',
      collect: (emit) => emit({}, gauges.pendingBytes()),
    },
  ];
}

function consumerMetrics(meters: Meters, gauges: StreamGauges): readonly Metric[] {
  return [
    {
      name: 'loom_delivered_bytes_total',
      help: 'Bytes of streams that were sent to consumers, before compression and before they became JSON or events.',
      type: 'counter',
      collect: byWire(meters, DELIVERING_WIRES, ({ deliveredBytes }) => deliveredBytes),
    },
    {
      name: 'loom_tails',
      help: 'Responses that follow a stream now.',
      type: 'gauge',
      collect: (emit) => emit({}, gauges.tails()),
    },
    {
      name: 'loom_spies',
      help: 'Spies that are connected now.',
      type: 'gauge',
      collect: (emit) => emit({}, meters.spies),
    },
    {
      name: 'loom_spy_skipped_bytes_total',
      help: 'Bytes that spies did not get because they were too slow.',
      type: 'counter',
      collect: (emit) => emit({}, meters.spySkippedBytes),
    },
    {
      name: 'loom_consumers_cut_total',
      help: 'Consumers whose connection the server has cut.',
      type: 'counter',
      collect(emit) {
        for (const [reason, count] of meters.cut) emit({ reason }, count);
      },
    },
  ];
}

function byWire(
  meters: Meters,
  names: readonly WireName[],
  countOf: (meter: WireMeter) => number,
): (emit: Emit) => void {
  return (emit) => {
    for (const wire of names) emit({ wire }, countOf(meters.wire(wire)));
  };
}
