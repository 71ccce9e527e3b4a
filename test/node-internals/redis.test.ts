import { once } from 'node:events';
import { Cluster, Redis } from 'ioredis';
import { masterOfSlot } from '../../src/node-internals/cluster-slots';
import { socketOf, takeSocket } from '../../src/node-internals/redis-socket';
import { startRedisCluster } from '../support/redis-cluster';
import { startRedisServer } from '../support/redis-server';
import { assertStill } from './canary';

describe('internals of ioredis', () => {
  it('ioredis reads the replies of a connection with one data listener on its stream', async () => {
    const server = await startRedisServer();
    const redis = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
    try {
      assertStill(
        socketOf(redis) === undefined,
        'a connection has no stream before it connects',
        'redis-socket',
      );
      await redis.connect();
      await redis.ping();
      const listeners = socketOf(redis)?.listenerCount('data');
      assertStill(listeners === 1, 'ioredis reads replies by one listener of data', 'redis-socket');
      const socket = takeSocket(redis);
      socket.write('PING\r\n');
      const [reply] = await once(socket, 'data');
      assertStill(
        String(reply) === '+PONG\r\n',
        'a taken socket is one of a ready connection',
        'redis-socket',
      );
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  it('a Cluster lists the master of each slot', async () => {
    const started = await startRedisCluster();
    const cluster = new Cluster(started.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    try {
      await cluster.ping();
      const masters = cluster.nodes('master').map(({ options: { host, port } }) => `${host}:${port}`);
      const { host, port } = masterOfSlot(cluster, 0) ?? {};
      assertStill(
        masters.includes(`${host}:${port}`),
        'slots lists the host:port of masters',
        'cluster-slots',
      );
    } finally {
      cluster.disconnect();
      await started.stop();
    }
  });
});
