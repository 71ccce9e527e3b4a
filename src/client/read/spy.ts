import type { Endpoint } from '../wire/endpoint';
import { LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import { Retries, type RetryOptions } from '../wire/retries';

export interface SpyOptions extends RetryOptions {
  /** Only streams whose id begins with this. */
  readonly prefix?: string;
  /** Where active streams begin: at their first byte or now. Default `now`. */
  readonly from?: 'now' | 'start';
  /** Default `plain`. */
  readonly style?: 'plain' | 'color';
  /** A connection without data is renewed after this time. The server then lists the active streams again. Default 240,000. */
  readonly silenceMs?: number;
}

/** Yields all active streams, multiplexed into one text, forever. It misses bytes that arrive while the connection is lost. */
export async function* spyOn(
  endpoint: Endpoint,
  options: SpyOptions = {},
): AsyncGenerator<Uint8Array, never> {
  const { prefix, style, signal, silenceMs = 240_000 } = options;
  const retries = new Retries(options);
  let from = options.from;
  const onOpen = (): void => {
    retries.succeeded();
    // A new connection does not repeat the bytes before it.
    from = 'now';
  };
  for (;;) {
    const url = endpoint.url('/spy', {
      prefix,
      color: style === 'color' || undefined,
      from: from === 'start' ? from : undefined,
    });
    try {
      const end = yield* liveBody(endpoint, url, { signal, silenceMs, onOpen }, one);
      if (end === 'ended') throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
    } catch (error) {
      await retries.failed(error);
    }
  }
}

function* one(piece: Uint8Array): Generator<Uint8Array, undefined> {
  yield piece;
}
