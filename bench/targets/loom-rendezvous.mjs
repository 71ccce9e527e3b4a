import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { needsOf, startLoom, startTwoNodes } from './parts/loom-process.mjs';
import { get, putChunked } from './parts/request-heads.mjs';

const REPOSITORY = join(BENCH, '..');
const STREAM = '/rendezvous/stream';

/**
 * HTTP-Rendezvous, in which one producer and one reader meet and nothing is stored: `loom-rendezvous:files` and `:redis` on one node;
 * `loom-rendezvous:nodes` with the producer on one node and the reader on another, over one Redis.
 */
export default (where = 'files') => ({
  style: 'chunked',
  isRelay: true,
  publish: putChunked(`${STREAM}/{id}`),
  subscribe: get(`${STREAM}/{id}`),
  // Each stream has one reader, which must be there before its producer has sent all.
  only: ['W1', 'W1x8', 'W2', 'W4', 'W4x200'],
  create,
  needs: needsOf(where === 'files' ? 'files' : 'redis'),
  start: (stage) =>
    where === 'nodes' ? startTwoNodes(stage, REPOSITORY) : startLoom(stage, REPOSITORY, where),
});

/** @returns the id that the server has given */
async function create({ port }) {
  const response = await fetch(`http://127.0.0.1:${port}${STREAM}`, { method: 'POST' });
  if (!response.ok) throw new Error(`a stream could not be created: status ${response.status}`);
  const { stream } = await response.json();
  return stream;
}
