import { AGE_MAX, duration, durationOrNever } from './duration';
import { option, secret } from './option';
import { booleanValue, integer, pathPrefix } from './scalars';
import { size } from './size';
import { urlList } from './url-list';

/** The settings of each relay, by its name. Each has at least `enabled`. */
const EACH_RELAY = {
  rendezvous: {
    enabled: option(booleanValue, true, 'Whether HTTP-Rendezvous is on the main port, at /rendezvous.'),
    public: option(booleanValue, false, 'Whether streams are created and listed without a token.'),
    listed: option(
      booleanValue,
      true,
      'Whether GET /stream lists the streams. Who sees an id may take part.',
    ),
    lifetime: option(duration('100ms'), '60s', 'How long a stream waits for both sides.'),
    retention: option(duration('0s'), '60s', 'How long the status of a stream is kept after its end.'),
    streams: option(
      integer(1, 10_000_000),
      100_000,
      'The most streams at once. One more is refused with 503.',
    ),
    bodyBytes: option(
      size('1KiB', '1MiB'),
      '64KiB',
      'The most bytes of a body with headers or an error. What goes beyond is refused with 413.',
    ),
  },
  httpipe: {
    enabled: option(booleanValue, true, 'Whether httpipe is on the main port, at /channels.'),
    public: option(booleanValue, false, 'Whether channels are used without a token.'),
    requestTimeout: option(
      durationOrNever('1ms'),
      '0',
      'How long a request waits for its other side before it is answered 408. 0: for ever.',
    ),
  },
  cama: {
    enabled: option(booleanValue, true, 'Whether cama is on the main port, at /cama/session.'),
    public: option(booleanValue, false, 'Whether sessions are created without a token.'),
    requestTimeout: option(
      duration('100ms'),
      '300s',
      'How long a request waits for its other side when it does not say so itself.',
    ),
    requestTimeoutMax: option(duration('100ms'), '1h', 'The longest that a request may ask to wait.'),
    sessionLifetime: option(duration('100ms'), '1h', 'How long a session lives.'),
    sessions: option(
      integer(1, 10_000_000),
      100_000,
      'The most sessions at once. One more is refused with 503.',
    ),
    externalPath: option(
      pathPrefix,
      '',
      'What a proxy in front puts before /cama/session: it is part of Location and of the cookie.',
    ),
    trustProxy: option(
      booleanValue,
      false,
      'Whether the last address in X-Forwarded-For is the client: only where every request comes through a proxy.',
    ),
  },
  packets: {
    enabled: option(booleanValue, true, 'Whether the packet proxy is on the main port, at /packets.'),
    upstreams: secret(
      urlList,
      [],
      'The servers behind the packet proxy: a list of URLs, one as good as the other. Empty: it only says that there are none.',
    ),
    longPoll: option(
      duration('0s'),
      '10s',
      'How long a request waits for a packet before it is answered without.',
    ),
    retryDelay: option(
      duration('10ms'),
      '10s',
      'After how long a packet that no upstream took is sent to them again.',
    ),
    pollInterval: option(
      duration('10ms'),
      '10s',
      'How often an upstream is asked for packets that it has of its own accord.',
    ),
    timeout: option(
      duration('100ms'),
      '20s',
      'How long an upstream may take to answer: longer than it holds a request back. The body of a packet may pause as long.',
    ),
    clientBuffer: option(
      integer(1, 100_000),
      16,
      'The most packets that wait for a client. One more pushes out the oldest.',
    ),
    clientBytes: option(
      size('1KiB', '1GiB'),
      '1MiB',
      'The most bytes that wait for a client. More push out the oldest packets, but never the newest.',
    ),
    upstreamBuffer: option(
      integer(1, 1_000_000),
      4096,
      'The most packets that wait for the upstreams. Whoever brings one more waits, and is answered 503 after longPoll.',
    ),
    upstreamBytes: option(size('1KiB', '64GiB'), '64MiB', 'The most bytes that wait for the upstreams.'),
    upstreamRequests: option(
      integer(1, 65_536),
      256,
      'The most packets that a node is sending to upstreams at once.',
    ),
    clients: option(
      integer(1, 10_000_000),
      2048,
      'The most clients. One more cannot log in until the token of another has expired.',
    ),
    tokenLifetime: option(
      duration('1s', AGE_MAX),
      '24h',
      "How long a client's token is good for after its login, and a packet that nobody fetches is kept.",
    ),
    packetBytes: option(
      size('1B', '64MiB'),
      '1MiB',
      'The most bytes of a packet, or of the body of a login. What goes beyond is refused with 413.',
    ),
    headerBytes: option(
      size('0B', '1MiB'),
      '8KiB',
      'The most bytes of the X- headers of a packet. What goes beyond is refused with 431.',
    ),
  },
} as const;

/** The part of the table in `options.ts` that is about the relays. */
export const RELAY_OPTIONS = {
  relay: {
    waiting: option(
      integer(1, 1_000_000),
      10_000,
      'The most requests of each relay on this node, waiting or being served. One more is refused with 503.',
    ),
    nodeLease: option(
      duration('500ms', '1h'),
      '15s',
      'How soon the other nodes give up what a silent node held for the relays.',
    ),
  },
  ...EACH_RELAY,
} as const;

export type RelayName = keyof typeof EACH_RELAY;

export const RELAYS: readonly RelayName[] = Object.keys(EACH_RELAY).filter(isRelayName);

export function isRelayName(name: unknown): name is RelayName {
  return typeof name === 'string' && Object.hasOwn(EACH_RELAY, name);
}
