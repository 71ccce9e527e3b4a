import { createHash, randomBytes } from 'node:crypto';
import { LoomProcess } from '../support/loom-process';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster';
import { Call } from './call';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('two nodes on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let nodes: readonly LoomProcess[] = [];
  beforeAll(async () => {
    cluster = await startRedisCluster();
    nodes = await Promise.all([1, 2].map(() => LoomProcess.start({ store: cluster.url })));
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await cluster.stop();
  });
  const at = (node: number, path: string, method = 'GET', body?: string | Buffer): Call =>
    new Call(`${nodes[node]?.url}${path}`, { method, ...(body !== undefined && { body }) });

  it('a receiver at one node gets what a sender at the other node sends', async () => {
    const body = randomBytes(5 * 1024 * 1024);
    for (let round = 0; round < 5; round += 1) {
      const created = await at(0, '/rendezvous/stream', 'POST', '').answer();
      const stream = `/rendezvous/stream/${JSON.parse(created.text).stream}`;
      const session = String((await at(0, '/cama/session', 'PUT', '').answer()).headers.location);
      const tokenless = at(1, session, 'POST', body);
      const pairs = [
        [at(0, stream, 'PUT', body), at(1, stream)],
        [at(0, '/channels/v1/x', 'POST', body), at(1, '/channels/v1/x')],
      ] as const;
      for (const [sender, receiver] of pairs) {
        expect(sha256((await receiver.answer()).body)).toBe(sha256(body));
        expect(await sender.status()).toBe(200);
      }
      await tokenless.leave();
    }
  });
});
