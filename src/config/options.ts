import { ERROR_PATTERNS } from '../markers/error-patterns';
import { linesOf } from './derived-checks';
import { AGE_MAX, duration, durationOrOff } from './duration';
import { HTTP_OPTIONS } from './http-options';
import { LIMIT_OPTIONS } from './limit-options';
import { listenerList, SERVED } from './listeners';
import { networkList } from './networks';
import { option, secret } from './option';
import { RELAY_OPTIONS } from './relay-options';
import { booleanValue, expression, host, integer, oneOf, pathOrOff, storeUrl } from './scalars';
import { size } from './size';
import { STORE_OPTIONS } from './store-options';
import { tokenList } from './tokens';
import { workerCount } from './worker-count';

/**
 * Every setting, with its check, its default and a description. `Config`, `--help`, the environment variables, `config/default.yaml`,
 * `docs/settings.md` and the error for an unknown key all derive from this table.
 */
export const OPTIONS = {
  port: option(integer(0, 65_535), 3060, 'TCP port to listen on. 0 picks a free one.'),
  host: option(
    host,
    '127.0.0.1',
    'Address to listen on, such as 0.0.0.0. An address beyond the loopback requires tokens or allowAnonymous.',
  ),
  store: secret(
    storeUrl,
    'file:./data',
    'Where streams are stored: ./data or file:<directory>, redis://, rediss://, redis+sentinel://, redis+cluster:// or memory:.',
  ),
  tokens: secret(
    tokenList,
    [],
    'Access tokens: a list of strings, or of {token | sha256, name, scopes: [produce, consume, spy, delete, relay, metrics], prefix, expires, bytesPerSecond, streams, connections}. If there are none, every client may do everything. A changed file takes effect at once.',
  ),
  tokensDir: option(
    pathOrOff,
    'off',
    'A directory of further tokens: NAME.token holds one that may do everything, NAME.yaml a map as in tokens. Changes take effect at once. With it, every client needs a token, even if it is empty.',
  ),
  listeners: option(
    listenerList,
    [],
    `More ports, each for one relay at /, or for /metrics without a token: a list of {serve: ${SERVED.join(' | ')}, port, host}, or rendezvous=9999.`,
  ),
  trustProxy: option(
    networkList,
    [],
    'Addresses and networks of the proxies in front of the server, such as [127.0.0.1, 10.0.0.0/8]. The address of a client is what they say, and no header of another peer counts.',
  ),
  proxyHeaders: option(
    oneOf('x-forwarded', 'forwarded'),
    'x-forwarded',
    'The headers in which the proxies of trustProxy name their client: x-forwarded (X-Forwarded-For and X-Forwarded-Proto) or forwarded (Forwarded, RFC 7239). A proxy may pass on the other ones as its client has forged them.',
  ),
  workers: option(
    workerCount,
    1,
    'Number of processes that serve the ports. auto starts one per processor core. Limits apply to each process. More than one requires a store in Redis.',
  ),
  allowAnonymous: option(
    booleanValue,
    false,
    'Whether a server without tokens may listen beyond the loopback.',
  ),
  producerGrace: option(
    duration('0s', AGE_MAX),
    '30s',
    'How long a stream waits for a disconnected producer that has not shown that it can resume.',
  ),
  resumeGrace: option(
    duration('0s', AGE_MAX),
    '15m',
    'How long a stream waits for a disconnected producer that can resume.',
  ),
  stopTimeout: option(
    duration('0s'),
    '10s',
    'How long a graceful stop may take. After that, open connections are cut.',
  ),
  retention: {
    maxAge: option(
      durationOrOff('1s', AGE_MAX),
      'off',
      'Streams are removed this long after their end, such as 30d. off keeps them forever.',
    ),
  },
  links: {
    keysFile: option(
      pathOrOff,
      'off',
      'A file of the keys that sign links to single streams, with one <key id> <secret> per line. The first one signs, all verify. Changes take effect at once.',
    ),
    maxAge: option(duration('1m', AGE_MAX), '30d', 'How long a link is valid at most.'),
  },
  ...LIMIT_OPTIONS,
  ...HTTP_OPTIONS,
  janitor: {
    interval: option(duration('100ms'), '5s', 'How often the server checks for overdue and expired streams.'),
  },
  lines: {
    cache: option(
      size('64KiB', '16GiB'),
      '32MiB',
      'The most bytes in memory of the places of lines in streams, which are counted on demand.',
    ),
  },
  search: {
    timeout: option(
      duration('100ms', '1h'),
      '5s',
      'The most processor time of the regular expression of one search. A search that needs more is ended.',
    ),
    concurrency: option(
      integer(1, 1_000),
      4,
      'The most searches of stored bytes at once, and the most threads that search. Another search is refused with 429.',
    ),
    lineBytes: option(
      size('1KiB', '1MiB'),
      '64KiB',
      'The most bytes of one line in JSON. The rest of a longer line is left out, and the object of the line has "cut": true.',
    ),
  },
  digest: {
    patterns: option(
      linesOf(expression, 'regular expressions of JavaScript (flag v)', 50),
      ERROR_PATTERNS,
      'The lines that a digest reports as errors, beside ::error:: and ##[error]. An environment variable has one expression per line.',
    ),
    cache: option(
      size('64KiB', '16GiB'),
      '8MiB',
      'The most bytes in memory of the digests of closed streams.',
    ),
  },
  ...STORE_OPTIONS,
  ...RELAY_OPTIONS,
  log: {
    level: option(
      oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
      'info',
      'The lowest level of log lines that are written.',
    ),
    format: option(
      oneOf('auto', 'json', 'pretty'),
      'auto',
      'json writes one object per line. pretty writes text for people. auto is pretty on a terminal and json otherwise.',
    ),
  },
} as const;
