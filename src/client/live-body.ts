import type { Endpoint } from './endpoint';
import { LoomClientError } from './errors';
import { RequestTimeout } from './request-timeout';
import { readResponse, toClientError } from './response';

export interface LiveBodyOptions {
  readonly signal?: AbortSignal | undefined;
  /** A connection on which nothing came for so long is made anew: the server may have vanished without a word. Milliseconds. */
  readonly silenceMs: number;
  /** Called when the server has answered, before the first byte. May throw. */
  readonly onOpen: (headers: Headers) => void;
}

/**
 * The bytes of one live answer, as they come.
 * @returns whether it ended, or was ended here because it was silent
 * @throws LoomClientError; the signal's reason once it has aborted
 */
export async function* liveBody(
  endpoint: Endpoint,
  url: URL,
  { signal, silenceMs, onOpen }: LiveBodyOptions,
): AsyncGenerator<Uint8Array, 'ended' | 'silent'> {
  const silence = new LoomClientError('UNREACHABLE', `the server was silent for ${silenceMs / 1000} s`);
  const life = new RequestTimeout(signal, silenceMs, () => silence);
  let isOpen = false;
  try {
    const response = await endpoint.request('GET', url, { signal: life.signal });
    if (!response.ok || response.body === null) {
      throw await endpoint.translateErrors(url, life.signal, async () =>
        toClientError(await readResponse(response)),
      );
    }
    onOpen(response.headers);
    isOpen = true;
    const reader = response.body.getReader();
    for (;;) {
      life.refresh();
      const { done, value } = await endpoint.translateErrors(url, life.signal, () => reader.read());
      if (done) return 'ended';
      // A consumer that takes its time is not the server's silence.
      life.pause();
      yield value;
    }
  } catch (error) {
    if (isOpen && error === silence) return 'silent';
    throw error;
  } finally {
    life.end();
  }
}
