import type { ServerResponse } from 'node:http';

/** Replaces the head that Node keeps once it is out. */
const HEAD_IS_OUT = 'sent';

/**
 * Sends the head of a response. What is written after that goes out as it is: without this, Node frames each write as a chunk. Sets
 * `chunkedEncoding`, which Node does not document.
 *
 * It also replaces Node's `_header`. Node keeps the head as long as the response lasts, and only checks that there is one. A head takes
 * 0.4 KiB per consumer that waits at a tail.
 *
 * @returns whether the head announces chunks, which the caller must frame
 */
export function takeOverFraming(res: ServerResponse): boolean {
  res.flushHeaders();
  const isChunked = res.chunkedEncoding;
  res.chunkedEncoding = false;
  Object.assign(res, { _header: HEAD_IS_OUT });
  return isChunked;
}
