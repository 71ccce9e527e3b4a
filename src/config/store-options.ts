import { duration } from './duration';
import { option } from './option';
import { booleanValue, integer, oneOf } from './scalars';
import { size } from './size';

/** The settings in `options.ts` of each kind of store. */
export const STORE_OPTIONS = {
  files: {
    durability: option(
      oneOf('os', 'interval', 'always'),
      'interval',
      'When bytes are acknowledged. os: after the write. interval: after the write, and a sync to the disk follows. always: after the sync.',
    ),
    syncInterval: option(
      duration('10ms', '1h'),
      '1s',
      'With durability interval: the longest time between a write and its sync.',
    ),
    openFiles: option(integer(8, 1_000_000), 512, 'The most log files that are open at once.'),
  },
  redis: {
    commandTimeout: option(
      duration('100ms', '1h'),
      '5s',
      'How long a command may take. After that, its outcome is unknown, and the server asks Redis for it.',
    ),
    patience: option(
      duration('100ms'),
      '60s',
      'How long producers wait while Redis is unreachable. After that, they are answered with 503.',
    ),
    nodeLease: option(
      duration('1s', '1h'),
      '10s',
      'How long a node may be silent before the other nodes treat its streams as interrupted.',
    ),
    followedPerConnection: option(
      integer(1, 1_000),
      32,
      'How many tailed streams share one blocking connection.',
    ),
    sharedPages: option(
      size('0', '1GiB'),
      '16MiB',
      'The most bytes in memory of streams that several consumers replay at the same time.',
    ),
    allowEviction: option(
      booleanValue,
      false,
      'Whether to start on a Redis whose maxmemory-policy may evict streams.',
    ),
  },
} as const;
