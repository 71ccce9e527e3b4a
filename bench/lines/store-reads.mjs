import { readFileSync } from 'node:fs';
import { redisCli } from '../harness/redis-info.mjs';

/** How many bytes the server has read so far: from Redis, or from files and, few of them, from sockets. */
export async function storeReads({ server, redis }) {
  if (redis === undefined) {
    return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${server.pid}/io`, 'utf8'))[1]);
  }
  return Number(/total_net_output_bytes:(\d+)/.exec(await redisCli(redis.port, 'INFO', 'stats'))[1]);
}
