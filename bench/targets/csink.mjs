import { program } from '../harness/build.mjs';
import { freePort } from '../harness/ports.mjs';
import { get, postChunked } from './parts/request-heads.mjs';

/** Limit: a relay in C that only receives and sends, and so shows the ceiling of the load generator. */
export default () => ({
  style: 'chunked',
  publish: postChunked('/stream/{id}'),
  subscribe: get('/stream/{id}'),
  async start(stage) {
    const port = await freePort();
    const child = await stage.serve(program('csink'), [port], port);
    return { port, pids: [child.pid] };
  },
});
