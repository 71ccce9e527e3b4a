import { option } from './option';
import { integer } from './scalars';
import { size } from './size';

/** The settings in `options.ts` that limit sizes and counts. */
export const LIMIT_OPTIONS = {
  limits: {
    bytesPerStream: option(
      size('1B'),
      '1TiB',
      'The most bytes of a stream. Further bytes are refused with 413.',
    ),
    streams: option(
      integer(1, 1_000_000_000),
      1_000_000,
      'The most streams in the store. Another stream is refused with 507.',
    ),
    metadataBytes: option(size('2B', '1MiB'), '16KiB', "The most bytes of a stream's metadata."),
    headerBytes: option(
      size('4KiB', '2MiB'),
      '32KiB',
      "The most bytes of a request's headers. A request with more is refused with 431.",
    ),
    pendingBytes: option(
      size('64KiB', '1GiB'),
      '1MiB',
      'The most bytes of one producer that wait in memory for the store. Beyond that, its connection is paused.',
    ),
    pendingTotal: option(
      size('1MiB'),
      '256MiB',
      'The most bytes of all producers that wait in memory for the store. Beyond that, connections are paused, those with the most bytes first.',
    ),
    appendBytes: option(
      size('1KiB', '256MiB'),
      '8MiB',
      'The most bytes of a body that is stored in one atomic step (/v1/stream). A larger body is refused with 413.',
    ),
    gatheredBytes: option(
      size('1MiB'),
      '256MiB',
      'The most bytes in memory of all bodies that limits.appendBytes applies to. Beyond that, a request is refused with 429.',
    ),
    producersPerStream: option(
      integer(1, 10_000_000),
      10_000,
      'The most idempotent producers that a stream remembers. Another producer is refused with 429.',
    ),
    connections: option(
      integer(1, 1_000_000),
      20_000,
      'The most connections at once. Another connection is closed immediately.',
    ),
  },
} as const;
