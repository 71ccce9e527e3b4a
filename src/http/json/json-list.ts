import { SLICE_BYTES, waitForTurn } from '../../core/scheduling/turn-byte-budget';

/** Renders a JSON array in pieces, in several turns if large: a page may have 16 MiB of metadata. @throws the signal's reason */
export async function jsonList<T>(
  items: Iterable<T>,
  show: (item: T) => unknown,
  signal?: AbortSignal,
): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  let text = '[';
  let separator = '';
  for (const item of items) {
    const shown = JSON.stringify(show(item));
    text += separator + shown;
    separator = ',';
    if (text.length >= SLICE_BYTES) {
      pieces.push(Buffer.from(text));
      text = '';
    }
    // The size of an item is known only once it is rendered, so the next item waits for it.
    const turn = waitForTurn(shown.length);
    if (turn === undefined) continue;
    await turn;
    signal?.throwIfAborted();
  }
  return [...pieces, Buffer.from(`${text}]`)];
}
