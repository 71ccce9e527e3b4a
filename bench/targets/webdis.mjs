import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { debianProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { head } from './parts/request-heads.mjs';

const PAGE = 500;

/** webdis: HTTP in front of Redis, an XADD a request. It has no way to tail, and what it stored is only counted. */
export default () => ({
  style: 'perreq',
  endsReaders: false,
  only: ['W1', 'W1x8', 'W2b'],
  publish: head('PUT /XADD/{id}/*/d', 'Content-Length: {len}'),
  subscribe: '',
  verify: countBytes,
  needs: [debianProgram('webdis'), debianProgram('redis-server')],
  async start(stage) {
    const redis = await stage.redis();
    const port = await freePort();
    const configuration = join(stage.folder, 'webdis.json');
    writeFileSync(configuration, JSON.stringify(settings(stage, port, redis)));
    const child = await stage.serve('webdis', [configuration], port);
    return { port, pids: [child.pid], redis };
  },
});

function settings(stage, port, redis) {
  return {
    ...{
      http_host: '127.0.0.1',
      http_port: port,
      redis_host: '127.0.0.1',
      redis_port: redis.port,
      database: 0,
    },
    ...{ threads: 2, pool_size: 4, daemonize: false, http_max_request_size: 128 * 1024 * 1024 },
    ...{ verbosity: 0, logfile: join(stage.folder, 'webdis-errors.log') },
  };
}

async function countBytes({ redis }, { id, bytes, lines }, streams) {
  const client = new Redis({ port: redis.port });
  try {
    let isWhole = true;
    for (let stream = 0; stream < streams; stream++) {
      isWhole &&= (await bytesOf(client, `${id}${stream}`)) === (bytes ?? lines * 100);
    }
    return { isWhole, note: 'bytes are only counted' };
  } finally {
    client.disconnect();
  }
}

async function bytesOf(client, key) {
  let bytes = 0;
  for (let after = '-'; ; ) {
    const page = await client.xrangeBuffer(key, after, '+', 'COUNT', PAGE);
    if (page.length === 0) return bytes;
    for (const [, [, value]] of page) bytes += value.length;
    after = `(${page.at(-1)[0]}`;
  }
}
