import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { START } from '../../../src/core/log/offset';
import { partitionOf } from '../../../src/redis/partitions';
import { at, createLog, seal } from '../../contract/logs';
import { describeStore } from '../../contract/store.contract';
import { follow } from '../../support/follow';
import { openRedisStore } from '../../support/open-stores';
import { PATIENCE_MS } from '../../support/patience';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster';

const hasTool = spawnSync('redis-cli', ['--version']).status === 0;

(hasTool ? describe : describe.skip)('a Redis Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());

  describeStore('Redis Cluster', async () => {
    const store = await openRedisStore(cluster.url);
    return { store, close: () => store.close() };
  });

  it('appends continue after the connections to the masters were cut', async () => {
    // Nothing but appends: other commands, such as the next heartbeat, would bring the connections back.
    const store = await openRedisStore(cluster.url, { patience: PATIENCE_MS, nodeLease: 10 * PATIENCE_MS });
    try {
      const writers = await Promise.all(Array.from({ length: 6 }, () => createLog(store)));
      for (const writer of writers) await store.append(writer, START, [Buffer.from('before')]);
      for (const { port } of cluster.nodes) await cutCommandsTo(port);
      await Promise.all(writers.map((writer) => store.append(writer, at(6), [Buffer.from(' and after')])));
    } finally {
      await store.close();
    }
  });

  it('a follower on another node reads all bytes while the slot moves to another master', async () => {
    const [a, b] = [await openRedisStore(cluster.url), await openRedisStore(cluster.url)];
    try {
      const writer = await createLog(a);
      const chunks: Buffer[] = [];
      const following = (async () => {
        for await (const page of follow(b, writer.log, START, AbortSignal.timeout(PATIENCE_MS)))
          chunks.push(...page.chunks);
      })();
      const content = randomBytes(400_000);
      let tail = START;
      for (let from = 0; from < content.length; from += 10_000) {
        if (from === 200_000) await moveSlotOf(cluster, `loom:{${partitionOf(writer.log.id)}}:order`);
        tail = await a.append(writer, tail, [content.subarray(from, from + 10_000)]);
      }
      await seal(a, writer);
      await following;
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  });
});

/** Cuts the connections of all stores to a node, but for their blocking ones. */
async function cutCommandsTo(port: number): Promise<void> {
  const admin = new Redis(port, '127.0.0.1');
  try {
    for (const line of String(await admin.client('LIST')).split('\n')) {
      const [, id] = /^id=(\d+) .*name=loom .*cmd=(?!xread|client)/.exec(line) ?? [];
      if (id !== undefined) await admin.client('KILL', 'ID', id);
    }
  } finally {
    admin.disconnect();
  }
}

/** Moves the slot of a key, with all its keys, to another master. */
async function moveSlotOf(cluster: RedisCluster, key: string): Promise<void> {
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('the Cluster has no nodes');
  const client = new Cluster([{ host: '127.0.0.1', port: first.port }]);
  try {
    const slot = await client.cluster('KEYSLOT', key);
    const [owner] = client.slots[slot] ?? [];
    const nodes = client.nodes('master');
    const source = nodes.find(({ options }) => `${options.host}:${options.port}` === owner);
    const target = nodes.find((node) => node !== source);
    if (source === undefined || target === undefined) throw new Error('the Cluster has no two masters');
    const [sourceId, targetId] = [await source.call('CLUSTER', 'MYID'), await target.call('CLUSTER', 'MYID')];
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(sourceId));
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(targetId));
    const keys = await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 10_000);
    const { host = '', port = 0 } = target.options;
    if (!Array.isArray(keys)) throw new Error('no keys');
    await source.call('MIGRATE', host, port, '', 0, 10_000, 'KEYS', ...keys);
    for (const node of [target, source, ...nodes])
      await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(targetId));
  } finally {
    client.disconnect();
  }
}
