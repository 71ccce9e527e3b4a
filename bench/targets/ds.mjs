import { join } from 'node:path';
import { dropCache } from '../harness/drop-cache.mjs';
import { BENCH } from '../harness/home.mjs';
import { peerPackage } from '../harness/missing.mjs';
import { durableWire } from './parts/durable-wire.mjs';

/** The reference server of Durable Streams. `ds:mem` in memory, `ds:file` in files. */
export default (store = 'mem') => ({
  ...durableWire('/v1'),
  needs: [peerPackage('@durable-streams/server')],
  async start(stage) {
    const script = join(BENCH, 'servers/durable-streams.mjs');
    if (store !== 'file') return stage.node(script);
    const data = join(stage.folder, 'data');
    return { ...(await stage.node(script, [data])), chill: () => dropCache(data) };
  },
});
