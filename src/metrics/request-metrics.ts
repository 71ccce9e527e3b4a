import { ANSWER_SECONDS } from './histogram';
import type { Meters } from './meters';
import type { Metric } from './registry';

/** What is read at a scrape and counted nowhere. */
export interface RequestGauges {
  connections(): number;
  /** How many requests wait at each relay. */
  relayWaiting(): Iterable<readonly [relay: string, count: number]>;
}

/** The metrics of requests and connections. */
export function requestMetrics(meters: Meters, gauges: RequestGauges): readonly Metric[] {
  return [...answerMetrics(meters), ...connectionMetrics(meters, gauges)];
}

function answerMetrics(meters: Meters): readonly Metric[] {
  return [
    {
      name: 'loom_http_requests_total',
      help: 'Requests that are over. The code is none if there was no answer.',
      type: 'counter',
      collect(emit) {
        for (const [wire, { answers }] of meters.wires)
          for (const [route, method, { counts }] of answers.all())
            for (const [status, count] of counts)
              emit({ wire, method, route, code: status === 0 ? 'none' : String(status) }, count);
      },
    },
    {
      name: 'loom_http_request_duration_seconds',
      help: 'From the head of a request to the end of its answer. Live answers, uploads, relays and answers that broke off are left out.',
      type: 'histogram',
      bounds: ANSWER_SECONDS,
      collect(emit) {
        for (const [wire, { answers }] of meters.wires)
          for (const [route, method, { seconds, hasTimes }] of answers.all())
            if (hasTimes) emit({ wire, method, route }, seconds);
      },
    },
    {
      name: 'loom_refused_total',
      help: 'Requests that were answered with an error, by its code.',
      type: 'counter',
      collect(emit) {
        for (const [code, count] of meters.refused) emit({ code }, count);
      },
    },
  ];
}

function connectionMetrics(meters: Meters, gauges: RequestGauges): readonly Metric[] {
  return [
    {
      name: 'loom_connections',
      help: 'Open connections.',
      type: 'gauge',
      collect: (emit) => emit({}, gauges.connections()),
    },
    {
      name: 'loom_connections_dropped_total',
      help: 'Connections that were closed at once because limits.connections was reached.',
      type: 'counter',
      collect: (emit) => emit({}, meters.droppedConnections),
    },
    {
      name: 'loom_relay_waiting',
      help: 'Requests that wait for their counterpart.',
      type: 'gauge',
      collect(emit) {
        for (const [relay, count] of gauges.relayWaiting()) emit({ relay }, count);
      },
    },
  ];
}
