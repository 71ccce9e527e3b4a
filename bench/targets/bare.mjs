import { join } from 'node:path';
import { dropCache } from '../harness/drop-cache.mjs';
import { BENCH } from '../harness/home.mjs';
import { get, postChunked } from './parts/request-heads.mjs';

/**
 * Limits: the least that a server in Node can do; see servers/bare.mjs. `bare:discard`, `bare:res`, `bare:raw`, `bare:file`, and
 * three that are wrong on purpose: `bare:lossy`, `bare:dies`, `bare:late`.
 * @param node the program that runs it
 */
export default (form = 'raw', node = process.execPath) => ({
  style: 'chunked',
  publish: postChunked('/stream/{id}'),
  subscribe: get('/stream/{id}'),
  ...(form === 'discard' && { only: ['W1', 'W1x8', 'W2'], verify: countBytes }),
  async start(stage) {
    const server = await stage.node(join(BENCH, 'servers/bare.mjs'), [form, stage.folder], node);
    return form === 'file' ? { ...server, chill: () => dropCache(stage.folder) } : server;
  },
});

async function countBytes({ port }, { id, bytes, lines }, streams) {
  const expected = bytes ?? lines * 100;
  let isWhole = true;
  for (let stream = 0; stream < streams; stream++) {
    const response = await fetch(`http://127.0.0.1:${port}/count/${id}${stream}`);
    isWhole &&= Number(await response.text()) === expected;
  }
  return { isWhole, note: 'bytes are only counted' };
}
