import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropCache } from '../harness/drop-cache.mjs';
import { programOfPeer } from '../harness/home.mjs';
import { foreignProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { durableWire } from './parts/durable-wire.mjs';

const PROGRAM = 'durable-streams-caddy';

/**
 * The server of Durable Streams in Go, a plugin of Caddy. `ds-caddy:file` syncs its file and its database before it confirms an append,
 * `ds-caddy:mem` keeps everything in memory.
 */
export default (store = 'file') => ({
  ...durableWire('/v1/stream'),
  needs: [foreignProgram(PROGRAM, 'Caddy with packages/caddy-plugin of durable-streams')],
  async start(stage) {
    const port = await freePort();
    const { folder } = stage;
    const caddyfile = join(folder, 'Caddyfile');
    const data = store === 'file' ? join(folder, 'data') : undefined;
    writeFileSync(caddyfile, configuration(port, data));
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const args = ['run', '--adapter', 'caddyfile', '--config', caddyfile];
    const child = await stage.serve(programOfPeer(PROGRAM), args, port, { env });
    return { port, pids: [child.pid], chill: data && (() => dropCache(data)) };
  },
});

/** A site without a name: Caddy answers a Host that it does not know with an empty 200. */
function configuration(port, folder) {
  return `{
	admin off
	auto_https off
	persist_config off
}
http://:${port} {
	bind 127.0.0.1
	route /v1/stream/* {
		durable_streams ${folder ? `{\n\t\t\tdata_dir ${folder}\n\t\t}` : ''}
	}
}
`;
}
