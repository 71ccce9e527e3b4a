import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { peerPackage } from '../harness/missing.mjs';
import { durableWire } from './parts/durable-wire.mjs';

/** The reference server of Durable Streams. `ds:mem` in memory, `ds:file` in files. */
export default (store = 'mem') => ({
  ...durableWire('/v1'),
  needs: [peerPackage('@durable-streams/server')],
  start: (stage) =>
    stage.node(
      join(BENCH, 'servers/durable-streams.mjs'),
      store === 'file' ? [join(stage.folder, 'data')] : [],
    ),
});
