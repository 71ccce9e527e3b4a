import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from './free-port';
import { type RedisServer, startRedisServer } from './redis-server';

const run = promisify(execFile);

export interface RedisCluster {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** A Redis Cluster of three masters. Needs redis-cli. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 3 }, startNode));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  await Promise.all(nodes.map(agreeing));
  return {
    nodes,
    url: `redis+cluster://${addresses.join(',')}`,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Nodes reach each other on a second port, which by default is 10,000 higher and so may not exist. */
async function startNode(): Promise<RedisServer> {
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
  return startRedisServer({ args });
}

/** `--cluster create` returns when one node is content; the others may still be refusing. */
async function agreeing({ port }: RedisServer): Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    while (!String(await redis.cluster('INFO')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    redis.disconnect();
  }
}
