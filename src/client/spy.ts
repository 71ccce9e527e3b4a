import { Backoff, type BackoffOptions } from './backoff';
import type { ConnectionEvent } from './connection-event';
import type { Endpoint } from './endpoint';
import { isRetryable, LoomClientError } from './errors';
import { liveBody } from './live-body';

export interface SpyOptions extends BackoffOptions {
  /** Only streams whose id starts so. */
  readonly prefix?: string;
  /** Where streams that are active already are shown from. Default `now`. */
  readonly from?: 'now' | 'start';
  /** Default `plain`. */
  readonly style?: 'plain' | 'color';
  readonly signal?: AbortSignal;
  /** A quiet connection is renewed this often; the server then names the active streams anew. Default 240,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

/** All active streams, multiplexed into one text, for ever. What comes while the connection is lost is missed. */
export async function* spy(endpoint: Endpoint, options: SpyOptions = {}): AsyncGenerator<Uint8Array, never> {
  const { prefix, style, signal = new AbortController().signal, silenceMs = 240_000, onEvent } = options;
  const backoff = new Backoff(options);
  let from = options.from;
  let failing = false;
  const onOpen = (): void => {
    backoff.succeeded();
    if (failing) onEvent?.({ kind: 'resumed' });
    failing = false;
    // What was shown once is not shown again.
    from = 'now';
  };
  for (;;) {
    const url = endpoint.url('/spy', {
      prefix,
      color: style === 'color' ? true : undefined,
      from: from === 'start' ? from : undefined,
    });
    try {
      const how = yield* liveBody(endpoint, url, { signal, silenceMs, onOpen });
      if (how === 'ended') throw new LoomClientError('UNREACHABLE', 'the server ended the connection');
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw error;
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}
