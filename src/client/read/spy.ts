import { Backoff, type BackoffOptions } from '../wire/backoff';
import type { ConnectionEvent } from '../wire/connection-event';
import type { Endpoint } from '../wire/endpoint';
import { isRetryable, LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';

export interface SpyOptions extends BackoffOptions {
  /** Only streams whose id begins with this. */
  readonly prefix?: string;
  /** Where active streams begin: at their first byte or now. Default `now`. */
  readonly from?: 'now' | 'start';
  /** Default `plain`. */
  readonly style?: 'plain' | 'color';
  readonly signal?: AbortSignal;
  /** A connection without data is renewed after this time. The server then lists the active streams again. Default 240,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

/** Yields all active streams, multiplexed into one text, forever. It misses bytes that arrive while the connection is lost. */
export async function* spyOn(
  endpoint: Endpoint,
  options: SpyOptions = {},
): AsyncGenerator<Uint8Array, never> {
  const { prefix, style, signal = new AbortController().signal, silenceMs = 240_000, onEvent } = options;
  const backoff = new Backoff(options);
  let from = options.from;
  let failing = false;
  const onOpen = (): void => {
    backoff.succeeded();
    if (failing) onEvent?.({ kind: 'resumed' });
    failing = false;
    // A new connection does not repeat the bytes before it.
    from = 'now';
  };
  for (;;) {
    const url = endpoint.url('/spy', {
      prefix,
      color: style === 'color' ? true : undefined,
      from: from === 'start' ? from : undefined,
    });
    try {
      const end = yield* liveBody(endpoint, url, { signal, silenceMs, onOpen });
      if (end === 'ended') throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw error;
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}
