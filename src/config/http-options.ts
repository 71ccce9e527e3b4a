import { duration } from './duration';
import { hostList } from './host-list';
import { option } from './option';
import { origins, originsOrInherit } from './origins';
import { size } from './size';

/** The settings in `options.ts` that concern requests and responses. */
export const HTTP_OPTIONS = {
  http: {
    hosts: option(
      hostList,
      [],
      'Host names of this server beside those of the loopback, such as [logs.example.com, "*.example.org"]. "*" allows all. A request with another Host is refused with 403, unless a header carries a token.',
    ),
    allowOrigin: option(
      origins,
      'none',
      'Web pages that may use this server from a browser (CORS): any, none, or a list of origins such as [https://example.com].',
    ),
    headersTimeout: option(duration('1s'), '30s', "How long a request's headers may take to arrive."),
    bodyTimeout: option(
      duration('50ms'),
      '30s',
      'How long a body that is read whole may pause. After that, it is refused with 408. A body that is stored or passed on as it arrives may pause forever.',
    ),
    bodyRate: option(
      size('0', '1GiB'),
      '1KiB',
      'The lowest bytes per second of a body that is read whole. A body that is slower for bodyTimeout is refused with 408. 0 allows any rate.',
    ),
    keepAliveTimeout: option(
      duration('1s'),
      '75s',
      'How long an idle connection stays open. It must be longer than the timeout of a proxy in front.',
    ),
    consumerTimeout: option(
      duration('1s'),
      '10m',
      'How long a consumer may leave waiting data unread. After that, its connection is cut.',
    ),
    metadataHeader: option(
      size('0', '1MiB'),
      '8KiB',
      'The most bytes of X-Stream-Metadata in an answer, after escaping. Larger metadata is omitted; GET /stream/:id/info returns it.',
    ),
  },
  live: {
    heartbeat: option(
      duration('1s'),
      '15s',
      'How often a live response of Server-Sent Events sends a comment, and one of NDJSON a space, so that proxies keep it open.',
    ),
    partialAfter: option(
      duration('10ms'),
      '200ms',
      'How long Server-Sent Events and NDJSON wait for the rest of a line before they send its beginning.',
    ),
  },
  durable: {
    longPollTimeout: option(
      duration('50ms'),
      '25s',
      'How long a long-poll of /v1/stream waits for data before it is answered with 204.',
    ),
    eventsLifetime: option(
      duration('1s'),
      '60s',
      'How long a response of Server-Sent Events of /v1/stream lasts. The client then reconnects, perhaps to another node.',
    ),
    chunkBytes: option(
      size('1KiB', '1GiB'),
      '4MiB',
      'The most bytes, approximately, that a GET of /v1/stream returns. The client requests the rest.',
    ),
    allowOrigin: option(
      originsOrInherit,
      'inherit',
      'The same as http.allowOrigin, for /v1/stream only. inherit takes the value of http.allowOrigin.',
    ),
  },
  events: {
    interval: option(
      duration('100ms'),
      '1s',
      'How often /events sends the sizes of open streams, at most. With many open streams it is less often, so that reading them takes a tenth of the time.',
    ),
    pendingBytes: option(
      size('16KiB', '1GiB'),
      '1MiB',
      'The most bytes that wait for a slow reader of /events. Further events are left out, and the reader gets a reset instead.',
    ),
  },
  spy: {
    pendingBytes: option(
      size('16KiB', '1GiB'),
      '256KiB',
      'The most bytes that wait for a slow spy. Further bytes are skipped, and its output reports that.',
    ),
  },
} as const;
