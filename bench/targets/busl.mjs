import { programOfPeer } from '../harness/home.mjs';
import { debianProgram, foreignProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { get, postChunked } from './parts/request-heads.mjs';

const NO_APPEND = 'no append by request';

/** busl of Heroku, in Go: streaming requests through Redis, which keeps a stream for a minute after its end. */
export default () => ({
  style: 'chunked',
  publish: postChunked('/streams/{id}'),
  subscribe: get('/streams/{id}'),
  create,
  chargeWait: true,
  skip: { W2b: NO_APPEND, W2bx10: NO_APPEND },
  needs: [
    foreignProgram('busl', 'heroku/busl'),
    debianProgram('redis-server'),
    debianProgram('redis-cli', 'redis-tools'),
  ],
  async start(stage) {
    const redis = await stage.redis();
    const port = await freePort();
    // It stops on SIGURG, which Go's runtime sends itself to preempt goroutines.
    const env = { PORT: String(port), REDIS_URL: redis.url, GODEBUG: 'asyncpreemptoff=1' };
    const child = await stage.serve(programOfPeer('busl'), [], port, { env });
    return { port, pids: [child.pid], redis };
  },
});

async function create({ port }, id) {
  const response = await fetch(`http://127.0.0.1:${port}/streams/${id}`, { method: 'PUT' });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`a stream could not be created: status ${response.status}`);
}
