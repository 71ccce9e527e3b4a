import { join } from 'node:path';
import { dropCache } from '../harness/drop-cache.mjs';
import { programOfPeer } from '../harness/home.mjs';
import { crateProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { durableWire } from './parts/durable-wire.mjs';

const PROGRAM = 'durable-streams-server';

/**
 * The server of Durable Streams in Rust, with its defaults but for port and folder. `ds-rust:wal` confirms an append after a group
 * fdatasync of its journal, `ds-rust:memory` after the write to the page cache, which is never synced.
 */
export default (durability = 'wal') => ({
  ...durableWire('/v1/stream'),
  needs: [crateProgram(PROGRAM)],
  async start(stage) {
    const port = await freePort();
    const data = join(stage.folder, 'data');
    const args = ['--port', port, '--data-dir', data, '--durability', durability];
    const child = await stage.serve(programOfPeer(PROGRAM), args, port);
    return { port, pids: [child.pid], chill: () => dropCache(data) };
  },
});
