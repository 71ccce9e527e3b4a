import type { Endpoint } from './endpoint';
import { RequestTimeout } from './request-timeout';
import { readResponse, toClientError } from './response';

/**
 * The `fetch` of Node 20 keeps a compressed answer in memory whole unless that comes more slowly than it is decompressed, and copies all
 * of it with each piece: 60 MB of random bytes took 40 s and 420 MB, and take 0.3 s and 30 MB so. Browsers send their own header.
 */
const NOT_COMPRESSED = { 'Accept-Encoding': 'identity' };

interface LiveBodyOptions {
  readonly signal?: AbortSignal | undefined;
  /** The `Accept` header. */
  readonly accept?: string | undefined;
  /** After this time without data, the body ends as `silent`: the server may be gone. */
  readonly silenceMs: number;
  /** Called with the answer's headers, before the first byte. May throw. */
  readonly onOpen: (headers: Headers) => void;
}

/**
 * Yields what `take` makes of the bytes of one live answer as they arrive, until it returns a value.
 * @returns that; `ended` by the server, or `silent` after `silenceMs`
 * @throws LoomClientError; the signal's reason when it aborts
 */
export async function* liveBody<T, End>(
  endpoint: Endpoint,
  url: URL,
  { signal, accept, silenceMs, onOpen }: LiveBodyOptions,
  take: (piece: Uint8Array) => Generator<T, End | undefined>,
): AsyncGenerator<T, End | 'ended' | 'silent'> {
  const timeout = new RequestTimeout(signal, silenceMs);
  let isOpen = false;
  try {
    const response = await endpoint.request('GET', url, {
      signal: timeout.signal,
      headers: { ...NOT_COMPRESSED, ...(accept !== undefined && { Accept: accept }) },
    });
    if (!response.ok || response.body === null) {
      throw await endpoint.translateErrors(url, timeout.signal, async () =>
        toClientError(await readResponse(response)),
      );
    }
    onOpen(response.headers);
    isOpen = true;
    const reader = response.body.getReader();
    for (;;) {
      timeout.refresh();
      const { done, value } = await endpoint.translateErrors(url, timeout.signal, () => reader.read());
      if (done) return 'ended';
      // A slow consumer does not count as silence.
      timeout.pause();
      // As `yield*`, which would await each item.
      const items = take(value);
      let item = items.next();
      for (; !item.done; item = items.next()) yield item.value;
      if (item.value !== undefined) return item.value;
    }
  } catch (error) {
    if (isOpen && timeout.isSilent) return 'silent';
    throw error;
  } finally {
    timeout.end();
  }
}
