import { programOfPeer } from '../harness/home.mjs';
import { foreignProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { channelWire } from './parts/channel-wire.mjs';

/** httpipe, in Rust: a relay of one producer to one reader. */
export default () => ({
  ...channelWire,
  needs: [foreignProgram('httpipe', 'ckampfe/httpipe')],
  async start(stage) {
    const port = await freePort();
    const env = { RUST_LOG: 'error' };
    const child = await stage.serve(programOfPeer('httpipe'), ['--port', port], port, { env });
    return { port, pids: [child.pid] };
  },
});
