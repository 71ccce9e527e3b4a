import { debianFile, debianProgram } from '../harness/missing.mjs';
import { startNginx } from './parts/nginx-process.mjs';
import { get, postMessage } from './parts/request-heads.mjs';

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const LIMITS = 'nchan_message_buffer_length 1000000; nchan_message_timeout 10m;';

/** nginx with nchan, one worker: a request a message, tails by http-chunked. `nchan` in memory, `nchan:redis` through Redis. */
export default (store = 'memory') => ({
  style: 'perreq',
  endsReaders: false,
  publish: postMessage('/pub/{id}'),
  subscribe: get('/sub/{id}', 'TE: chunked'),
  needs: [
    debianProgram('nginx'),
    debianFile(MODULE, 'libnginx-mod-nchan'),
    ...(store === 'redis' ? [debianProgram('redis-server'), debianProgram('redis-cli', 'redis-tools')] : []),
  ],
  async start(stage) {
    const redis = store === 'redis' ? await stage.redis() : undefined;
    const server = await startNginx(stage, {
      main: `load_module ${MODULE};`,
      connections: 12_000,
      http: (port) => httpBlock(port, redis),
    });
    return { ...server, redis, chill: redis && (() => restart(redis, server)) };
  },
});

/** nginx as well: it has in its memory what it wrote to Redis. */
async function restart(redis, server) {
  await redis.restart();
  await server.restart();
}

function httpBlock(port, redis) {
  const pass = redis ? 'nchan_redis_pass store;' : '';
  return `  keepalive_requests 10000000; tcp_nodelay on; nchan_shared_memory_size 4096M;
  client_max_body_size 1m; client_body_buffer_size 256k;
  ${redis ? `upstream store { nchan_redis_server ${redis.url}; }` : ''}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/pub/(.+)$ { nchan_publisher http; nchan_channel_id $1; ${LIMITS} ${pass} }
    location ~ ^/sub/(.+)$ {
      nchan_subscriber http-chunked; nchan_subscriber_first_message oldest; nchan_channel_id $1; ${LIMITS} ${pass}
    }
  }`;
}
