import { AGE_MAX, duration, durationOrOff } from './duration';
import { hostList } from './host-list';
import { listenerList } from './listeners';
import { option, secret } from './option';
import { origins, originsOrInherit } from './origins';
import { RELAY_OPTIONS, RELAYS } from './relay-options';
import { booleanValue, host, integer, oneOf, storeUrl } from './scalars';
import { size } from './size';
import { tokenList } from './tokens';
import { workerCount } from './worker-count';

/**
 * Every setting: what it takes, its default, and one sentence. The type `Config`, `--help`, the names of environment variables,
 * `config/default.yaml` and the error for an unknown key are all made from this table.
 */
export const OPTIONS = {
  port: option(integer(0, 65_535), 3060, 'TCP port. 0 picks a free one.'),
  host: option(
    host,
    '127.0.0.1',
    'Address to listen on. Beyond the loopback it takes tokens, or allowAnonymous.',
  ),
  store: secret(
    storeUrl,
    'file:./data',
    'Where streams live: file:<directory>, redis://, rediss://, redis+sentinel://, redis+cluster:// or memory:.',
  ),
  tokens: secret(
    tokenList,
    [],
    'Who may do what: a list of strings, or of {token | sha256, scopes: [produce, consume, spy, delete, relay], prefix}. Empty: everyone everything.',
  ),
  listeners: option(
    listenerList,
    [],
    `Ports where one relay lies at the root: a list of {serve: ${RELAYS.join(' | ')}, port, host}, or rendezvous=9999.`,
  ),
  workers: option(
    workerCount,
    1,
    'How many processes serve the ports; each has the limits for itself. auto: one a processor core. More than one takes a store in Redis.',
  ),
  allowAnonymous: option(
    booleanValue,
    false,
    'Whether a server without tokens may listen beyond the loopback.',
  ),
  producerGrace: option(
    duration('0s', AGE_MAX),
    '30s',
    'How long a stream waits for a producer whose connection was lost and that never showed that it can resume.',
  ),
  resumeGrace: option(duration('0s', AGE_MAX), '15m', 'The same for a producer that can resume.'),
  stopTimeout: option(duration('0s'), '10s', 'How long a graceful stop may take before connections are cut.'),
  retention: {
    maxAge: option(
      durationOrOff('1s', AGE_MAX),
      'off',
      'Streams that ended longer ago than this are removed. off keeps them for good.',
    ),
  },
  limits: {
    bytesPerStream: option(
      size('1B'),
      '1TiB',
      'The most bytes a stream may hold. What goes beyond is refused with 413.',
    ),
    streams: option(
      integer(1, 1_000_000_000),
      1_000_000,
      'The most streams the store may hold. One more is refused with 507.',
    ),
    metadataBytes: option(size('2B', '1MiB'), '16KiB', "The most bytes of a stream's metadata."),
    headerBytes: option(
      size('4KiB', '2MiB'),
      '32KiB',
      "The most bytes of a request's head. What goes beyond is refused with 431.",
    ),
    pendingBytes: option(
      size('64KiB', '1GiB'),
      '1MiB',
      'The most bytes of one producer that wait for the store in memory. Past them its socket is paused.',
    ),
    pendingTotal: option(
      size('1MiB'),
      '256MiB',
      'The most bytes of all producers that wait for the store in memory. Past them sockets are paused, those of the largest first.',
    ),
    appendBytes: option(
      size('1KiB', '256MiB'),
      '8MiB',
      'The most bytes of a body that is stored in one atomic step (/v1/stream). A larger one is refused with 413.',
    ),
    gatheredBytes: option(
      size('1MiB'),
      '256MiB',
      'The most bytes of all such bodies that are in memory at once. Past them a request is told to come back: 429.',
    ),
    producersPerStream: option(
      integer(1, 10_000_000),
      10_000,
      'How many idempotent producers a stream remembers. One more is refused with 429.',
    ),
    connections: option(
      integer(1, 1_000_000),
      20_000,
      'The most connections at once. Further ones are closed at once.',
    ),
  },
  http: {
    hosts: option(
      hostList,
      [],
      'Names by which this server is reached, beside those of the loopback: a list such as [logs.example.com, "*.example.org"]. "*": any. A request with another Host is refused with 403, unless it carries a token in a header.',
    ),
    allowOrigin: option(
      origins,
      'none',
      'Which web pages may use this server from a browser (CORS): any, none, or a list of origins such as [https://example.com].',
    ),
    headersTimeout: option(duration('1s'), '30s', "How long a request's head may take to arrive."),
    bodyTimeout: option(
      duration('50ms'),
      '30s',
      'How long nothing may come of a body that is taken in whole. Then it is refused with 408. Bodies that are passed on or stored while they come may take for ever.',
    ),
    bodyRate: option(
      size('0', '1GiB'),
      '1KiB',
      'How many bytes per second such a body must bring. One that is slower for bodyTimeout is refused with 408. 0: any number.',
    ),
    keepAliveTimeout: option(
      duration('1s'),
      '75s',
      'How long a connection without a request stays open. It must be longer than that of a proxy in front.',
    ),
    consumerTimeout: option(
      duration('1s'),
      '10m',
      'A consumer that does not take what waits in its connection within this time is cut.',
    ),
    metadataHeader: option(
      size('0', '1MiB'),
      '8KiB',
      'The most bytes of X-Stream-Metadata in an answer, after escaping. Larger metadata is left out; GET /stream/:id/info has it.',
    ),
  },
  live: {
    heartbeat: option(
      duration('1s'),
      '15s',
      'How often a quiet response of Server-Sent Events sends a comment.',
    ),
    partialAfter: option(
      duration('10ms'),
      '200ms',
      'How long Server-Sent Events wait for the rest of a line before they show its beginning.',
    ),
  },
  durable: {
    longPollTimeout: option(
      duration('50ms'),
      '25s',
      'How long a long-poll of /v1/stream waits for news before it is answered 204.',
    ),
    eventsLifetime: option(
      duration('1s'),
      '60s',
      'How long Server-Sent Events of /v1/stream go on before the client is made to come back, maybe elsewhere.',
    ),
    chunkBytes: option(
      size('1KiB', '1GiB'),
      '4MiB',
      'About how many bytes a GET of /v1/stream returns at the most. The client asks on from there.',
    ),
    allowOrigin: option(
      originsOrInherit,
      'inherit',
      'The same as http.allowOrigin for /v1/stream alone. inherit: http.allowOrigin holds there, too.',
    ),
  },
  spy: {
    pendingBytes: option(
      size('16KiB', '1GiB'),
      '256KiB',
      'The most bytes that wait for a slow spy. What goes beyond is skipped, and said.',
    ),
  },
  janitor: {
    interval: option(duration('100ms'), '5s', 'How often overdue and expired streams are looked for.'),
  },
  files: {
    durability: option(
      oneOf('os', 'interval', 'always'),
      'interval',
      'When bytes are acknowledged. os: written; interval: written, and synced to the disk soon; always: synced.',
    ),
    syncInterval: option(
      duration('10ms', '1h'),
      '1s',
      'With durability interval: the longest that written bytes wait for their sync.',
    ),
    openFiles: option(integer(8, 1_000_000), 512, 'The most log files that are open at once.'),
  },
  ...RELAY_OPTIONS,
  redis: {
    commandTimeout: option(
      duration('100ms', '1h'),
      '5s',
      'How long a command may take before its outcome counts as unknown and is asked for.',
    ),
    patience: option(
      duration('100ms'),
      '60s',
      'How long producers are held while Redis is away, before they are answered 503.',
    ),
    nodeLease: option(
      duration('1s', '1h'),
      '10s',
      "How soon the other nodes treat a silent node's streams as interrupted.",
    ),
    followedPerConnection: option(
      integer(1, 1_000),
      32,
      'How many streams that are being tailed share a blocking connection.',
    ),
    sharedPages: option(
      size('0', '1GiB'),
      '16MiB',
      'How much is kept, for a moment, of streams that several consumers replay at the same time.',
    ),
    allowEviction: option(
      booleanValue,
      false,
      'Whether to start on a Redis whose maxmemory-policy may silently drop streams.',
    ),
  },
  log: {
    level: option(
      oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
      'info',
      'The least severe log lines that are written.',
    ),
    format: option(
      oneOf('auto', 'json', 'pretty'),
      'auto',
      'json, one object a line; pretty, for eyes; auto is pretty on a terminal and else json.',
    ),
  },
} as const;
