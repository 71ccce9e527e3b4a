import { Cluster, type Redis } from 'ioredis';
import { START } from '../../../src/core/log/offset';
import { bytesKey } from '../../../src/storage/redis/schema/keys';
import { createLogOf } from '../../contract/logs';
import { openRedisStore } from '../../support/open-stores';
import { startRedisCluster } from '../../support/redis-cluster';

describe('a Cluster during resharding', () => {
  it('a moved log is readable while its slot migrates and afterwards', async () => {
    const cluster = await startRedisCluster();
    const [writing, reading] = [await openRedisStore(cluster.url), await openRedisStore(cluster.url)];
    const admin = new Cluster([{ host: '127.0.0.1', port: cluster.nodes[0]?.port ?? 0 }]);
    try {
      const { log, epoch } = await createLogOf(writing, 'hello');
      const text = async (): Promise<string> =>
        Buffer.concat([...(await reading.read(log, START, 65_536)).chunks]).toString();
      expect(await text()).toBe('hello');
      const key = bytesKey(log.id, log.generation, epoch);
      const slot = await admin.cluster('KEYSLOT', key);
      const [source, target] = await ends(admin, slot);
      const [sourceId, targetId] = await Promise.all([idOf(source), idOf(target)]);
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId);
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId);
      const { host = '', port = 0 } = target.options;
      await source.call('MIGRATE', host, port, key, 0, 10_000);
      // It has been read before, so that a page takes one command, which its former node answers with ASK.
      expect(await text()).toBe('hello');
      const others = await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 10_000);
      const rest = Array.isArray(others) ? others.map(String) : [];
      if (rest.length > 0) await source.call('MIGRATE', host, port, '', 0, 10_000, 'KEYS', ...rest);
      for (const node of [target, source]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
      expect(await text()).toBe('hello');
    } finally {
      admin.disconnect();
      await Promise.all([writing.close(), reading.close()]);
      await cluster.stop();
    }
  });
});

/** The master that holds a slot, and another one. */
async function ends(admin: Cluster, slot: number): Promise<[source: Redis, target: Redis]> {
  const [owner] = admin.slots[slot] ?? [];
  const masters = admin.nodes('master');
  const source = masters.find(({ options }) => `${options.host}:${options.port}` === owner);
  const target = masters.find((master) => master !== source);
  if (source === undefined || target === undefined)
    throw new Error(`the Cluster has no two masters for slot ${slot}`);
  return [source, target];
}

async function idOf(node: Redis): Promise<string> {
  return String(await node.call('CLUSTER', 'MYID'));
}
