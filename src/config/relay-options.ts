import { listOf } from './derived-checks';
import { AGE_MAX, duration, durationOrNever } from './duration';
import { InvalidValue, option, secret } from './option';
import { booleanValue, integer, pathPrefix } from './scalars';
import { size } from './size';

const URLS = 'must be a list of URLs that begin with http:// or https://';

const urlList = listOf(URLS, (url, path) => {
  if (typeof url === 'string' && /^https?:\/\/\S+$/.test(url) && URL.canParse(url)) return url;
  throw new InvalidValue(URLS, path);
});

/** The settings of each relay, by its name. Each has at least `enabled`. */
const EACH_RELAY = {
  rendezvous: {
    enabled: option(booleanValue, true, 'Whether HTTP-Rendezvous is on the main port, at /rendezvous.'),
    public: option(booleanValue, false, 'Whether streams can be created and listed without a token.'),
    listed: option(
      booleanValue,
      true,
      'Whether GET /stream lists the streams. A client that knows an id can join.',
    ),
    lifetime: option(duration('100ms'), '60s', 'How long a stream waits for both sides.'),
    retention: option(duration('0s'), '60s', 'How long the status of an ended stream is kept.'),
    streams: option(
      integer(1, 10_000_000),
      100_000,
      'The most streams at once. Another stream is refused with 503.',
    ),
    bodyBytes: option(
      size('1KiB', '1MiB'),
      '64KiB',
      'The most bytes of a body with headers or an error. A larger body is refused with 413.',
    ),
  },
  httpipe: {
    enabled: option(booleanValue, true, 'Whether httpipe is on the main port, at /channels.'),
    public: option(booleanValue, false, 'Whether channels can be used without a token.'),
    requestTimeout: option(
      durationOrNever('1ms'),
      '0',
      'How long a request waits for its other side before it is answered with 408. 0 means forever.',
    ),
  },
  cama: {
    enabled: option(booleanValue, true, 'Whether cama is on the main port, at /cama/session.'),
    public: option(booleanValue, false, 'Whether sessions can be created without a token.'),
    requestTimeout: option(
      duration('100ms'),
      '300s',
      'How long a request waits for its other side, unless it names a time itself.',
    ),
    requestTimeoutMax: option(duration('100ms'), '1h', 'The longest wait that a request may name.'),
    sessionLifetime: option(duration('100ms'), '1h', 'How long a session lives.'),
    sessions: option(
      integer(1, 10_000_000),
      100_000,
      'The most sessions at once. Another session is refused with 503.',
    ),
    externalPath: option(
      pathPrefix,
      '',
      'The path that a proxy in front adds before /cama/session, such as /relays. Location and the cookie contain it.',
    ),
  },
  packets: {
    enabled: option(booleanValue, true, 'Whether the packet proxy is on the main port, at /packets.'),
    upstreams: secret(
      urlList,
      [],
      'The servers behind the packet proxy: a list of equivalent URLs, such as [http://10.0.0.5:8080]. Without any, logins are refused.',
    ),
    longPoll: option(
      duration('0s'),
      '10s',
      'How long a request waits for a packet before it is answered without one.',
    ),
    retryDelay: option(
      duration('10ms'),
      '10s',
      'How long a packet that no upstream accepted waits before it is sent again.',
    ),
    pollInterval: option(duration('10ms'), '10s', 'How often an upstream is asked for new packets.'),
    timeout: option(
      duration('100ms'),
      '20s',
      'How long an upstream may take to answer, and how long the body of a packet may pause. It must be longer than the time for which an upstream holds a request.',
    ),
    clientBuffer: option(
      integer(1, 100_000),
      16,
      'The most packets that wait for a client. Another packet drops the oldest.',
    ),
    clientBytes: option(
      size('1KiB', '1GiB'),
      '1MiB',
      'The most bytes that wait for a client. Further bytes drop the oldest packets, but never the newest.',
    ),
    upstreamBuffer: option(
      integer(1, 1_000_000),
      4096,
      'The most packets that wait for the upstreams. Another packet is refused with 503 if there is no room within longPoll.',
    ),
    upstreamBytes: option(size('1KiB', '64GiB'), '64MiB', 'The most bytes that wait for the upstreams.'),
    upstreamRequests: option(
      integer(1, 65_536),
      256,
      'The most packets that a node sends to upstreams at once.',
    ),
    clients: option(
      integer(1, 10_000_000),
      2048,
      'The most clients. Another client can log in only after the token of one has expired.',
    ),
    tokenLifetime: option(
      duration('1s', AGE_MAX),
      '24h',
      "How long a client's token is valid after login, and how long a packet that is not fetched is kept.",
    ),
    packetBytes: option(
      size('1B', '64MiB'),
      '1MiB',
      'The most bytes of a packet or of the body of a login. A larger one is refused with 413.',
    ),
    headerBytes: option(
      size('0B', '1MiB'),
      '8KiB',
      'The most bytes of the X- headers of a packet. A packet with more is refused with 431.',
    ),
  },
} as const;

/** The settings in `options.ts` of the relays. */
export const RELAY_OPTIONS = {
  relay: {
    waiting: option(
      integer(1, 1_000_000),
      10_000,
      'The most open requests per relay on this node, both waiting and served. Another request is refused with 503.',
    ),
    nodeLease: option(
      duration('500ms', '1h'),
      '15s',
      'How long a node may be silent before the other nodes give up its requests and packets.',
    ),
  },
  ...EACH_RELAY,
} as const;

/** The name of a relay: its key in the settings. */
export type RelayName = keyof typeof EACH_RELAY;

export const RELAYS: readonly RelayName[] = Object.keys(EACH_RELAY).filter(isRelayName);

function isRelayName(name: unknown): name is RelayName {
  return typeof name === 'string' && Object.hasOwn(EACH_RELAY, name);
}
