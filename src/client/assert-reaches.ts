import { isClientError, LoomClientError } from './wire/errors';
import type { ListedStream } from './wire/listed-stream';

/** A proxy that decodes the path of a request makes another path of these characters. */
const MOVES_PATH = /[/\\?#%;]/;
/** A proxy that also resolves the path makes that of another stream of these: `a/../b`, `a//b`, `a?b`, `a%2Fb`. */
const MOVES_TO_STREAM = /(?:^|\/)\.{0,2}(?:\/|$)|[\\?#%;]/;

/**
 * Checks that a request about this stream reaches it. Behind a proxy that decodes paths, the path of the stream `build/pre` is that of a
 * request which deletes all streams of a build.
 * @param info asks the server for the stream @throws LoomClientError
 */
export async function assertReaches(id: string, info: () => Promise<ListedStream>): Promise<void> {
  if (!MOVES_PATH.test(id)) return;
  const reached = await info().then(
    (stream) => stream.id,
    (error) => {
      if (!isClientError(error)) throw error;
      const { code, answerCode, status } = error;
      if (/^(route|method|path)_/.test(answerCode ?? '')) throw decodes(id, { cause: error, status });
      // Loom answered for a stream, even if it may not be read or is lost: that no slash was decoded is known by that.
      if (!MOVES_TO_STREAM.test(id) && (answerCode === 'forbidden' || code === 'BYTES_LOST')) return id;
      throw error;
    },
  );
  if (reached !== id) throw decodes(id);
}

function decodes(
  id: string,
  details?: ErrorOptions & { readonly status: number | undefined },
): LoomClientError {
  return new LoomClientError('REFUSED', `a proxy changes the ID ${id}: it must not change paths`, details);
}
