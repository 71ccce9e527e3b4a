import { programOfPeer } from '../harness/home.mjs';
import { foreignProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { get, postChunked } from './parts/request-heads.mjs';

/** piping-server in Rust: a relay of one producer to one reader. */
export default () => ({
  style: 'chunked',
  isRelay: true,
  publish: postChunked('/{id}'),
  subscribe: get('/{id}'),
  // It knows no ?n=, so a stream has one reader.
  only: ['W1', 'W1x8', 'W2', 'W4', 'W4x200'],
  needs: [foreignProgram('piping-server', 'nwtgck/piping-server-rust')],
  async start(stage) {
    const port = await freePort();
    const args = ['--host', '127.0.0.1', '--http-port', port];
    const child = await stage.serve(programOfPeer('piping-server'), args, port);
    return { port, pids: [child.pid] };
  },
});
