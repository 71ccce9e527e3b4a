import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { needsOf, startLoom } from './parts/loom-process.mjs';
import { get, head, postChunked } from './parts/request-heads.mjs';

/** Loom by its own wire. `loom:files`, `loom:redis`. */
export default (store = 'files') => loomOf(join(BENCH, '..'), store);

/**
 * @param repository the folder whose bin/loom is started
 * @param how see startLoom
 */
export const loomOf = (repository, store, how) => ({
  style: 'chunked',
  publish: postChunked('/stream/{id}'),
  subscribe: get('/stream/{id}'),
  // Right after the confirmation nothing may be missing, so this read does not wait for more.
  check: get('/stream/{id}?notail'),
  // A line has 100 bytes: two digits make its offset of its number.
  append: head(
    'PATCH /stream/{id}',
    'Content-Type: application/partial-upload',
    'Content-Length: {len}',
    'Upload-Complete: ?0',
    'Upload-Offset: {seq}00',
  ),
  appendNote: 'each request a PATCH that resumes the stream',
  createForAppends: createOpen,
  skip: { W2bx10: 'appends by request are measured by the wire of Durable Streams' },
  needs: needsOf(store),
  start: (stage) => startLoom(stage, repository, store, how),
});

/** An empty stream that is left open for a PATCH. */
async function createOpen({ port }, id) {
  const response = await fetch(`http://127.0.0.1:${port}/stream/${id}`, {
    method: 'POST',
    headers: { 'Upload-Complete': '?0' },
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`a stream could not be created: status ${response.status}`);
}
