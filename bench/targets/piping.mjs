import { join } from 'node:path';
import { PEERS } from '../harness/home.mjs';
import { peerPackage } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { get, postChunked } from './parts/request-heads.mjs';

const NOTHING_STORED = 'it stores nothing';

/** piping-server: a relay in which producers and readers meet. */
export default () => ({
  style: 'chunked',
  isRelay: true,
  publish: postChunked('/{id}?n={n}'),
  subscribe: get('/{id}?n={n}'),
  skip: { W2b: NOTHING_STORED, W2bx10: NOTHING_STORED, W3: NOTHING_STORED, W3x8: NOTHING_STORED },
  needs: [peerPackage('piping-server')],
  async start(stage) {
    const port = await freePort();
    const script = join(PEERS, 'node_modules/piping-server/dist/src/index.js');
    const args = [script, '--host', '127.0.0.1', '--http-port', port];
    const child = await stage.serve(process.execPath, args, port);
    return { port, pids: [child.pid] };
  },
});
