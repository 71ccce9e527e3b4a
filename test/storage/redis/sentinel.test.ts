import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { START } from '../../../src/core/log/offset';
import { Connections } from '../../../src/redis/connections';
import { slotKey } from '../../../src/redis/partitions';
import { parseRedisUrl } from '../../../src/redis/url';
import { at, bytes, createLog, textOf } from '../../contract/logs';
import { configFrom } from '../../support/config';
import { openRedisStore } from '../../support/open-stores';
import { PATIENCE_MS } from '../../support/patience';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { IMPATIENT_MS } from './impatient';

describe('Redis with Sentinels', () => {
  const servers: RedisServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('a store continues on the promoted replica when the master dies', async () => {
    const { master, replica, url } = await startDeployment();
    // A Sentinel that could not run for two seconds does nothing for another 30.
    const store = await openRedisStore(url, { patience: PATIENCE_MS });
    try {
      const writer = await createLog(store);
      await store.append(writer, START, bytes('before'));
      const written = await replicationOffset(master);
      // "At least": the master's pings to its replica count as well.
      while ((await replicationOffset(replica)) < written) await pause();
      await master.kill('SIGKILL');
      expect(await store.append(writer, at(6), bytes(' and after'))).toBe(16);
      expect(await textOf(store, writer.log)).toBe('before and after');
    } finally {
      await store.close();
    }
  });

  it('a connection that blocks on a former master without answers is cut', async () => {
    const { master, url } = await startDeployment();
    const settings = { ...configFrom({}).redis, commandTimeout: PATIENCE_MS, warn: () => {} };
    const connections = await Connections.open(parseRedisUrl(url), settings);
    try {
      const ended = once(await connections.openBlocking(slotKey(0)), 'end');
      await master.kill('SIGSTOP');
      await ended;
    } finally {
      connections.close();
      await master.kill('SIGCONT');
    }
  });

  /** A master, a replica that has everything, and a Sentinel. */
  async function startDeployment(): Promise<{ master: RedisServer; replica: RedisServer; url: string }> {
    const master = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
    servers.push(master);
    const replica = await startRedisServer({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    servers.push(replica);
    await until(replica, 'INFO', 'master_link_status:up');
    const sentinel = await startSentinel(master);
    servers.push(sentinel);
    await until(sentinel, 'SENTINEL REPLICAS main', String(replica.port));
    return { master, replica, url: `redis+sentinel://127.0.0.1:${sentinel.port}/main` };
  }
});

/** A Sentinel that alone decides that the master is down, once that is silent for longer than other work of the machine keeps it. It rewrites its configuration file. */
async function startSentinel(master: RedisServer): Promise<RedisServer> {
  const file = join(master.dir, 'sentinel.conf');
  const lines = [
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds main ${IMPATIENT_MS}`,
    'sentinel failover-timeout main 3000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return startRedisServer({ args: ['--sentinel'], config: file });
}

async function replicationOffset(server: RedisServer): Promise<number> {
  const client = new Redis(server.port, '127.0.0.1');
  const [, offset] = /master_repl_offset:(\d+)/.exec(await client.info('replication')) ?? [];
  client.disconnect();
  return Number(offset);
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Asks until the answer contains `text`. */
async function until(server: RedisServer, command: string, text: string): Promise<void> {
  const client = new Redis(server.port, '127.0.0.1');
  const [name = '', ...args] = command.split(' ');
  while (!JSON.stringify(await client.call(name, ...args)).includes(text)) {
    await pause();
  }
  client.disconnect();
}
