import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { PendingBytes } from '../../../src/core/ingest/pending-bytes';
import { openRelayRedis } from '../../../src/relay/nodes/relay-redis';
import { openRedisPacketStore } from '../../../src/relay/packets/redis/redis-packet-store';
import type { PacketLimits, PacketStore } from '../../../src/relay/packets/store/packet-store';
import { configFrom } from '../../support/config';
import { startRedisCluster } from '../../support/redis-cluster';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { describePacketStore, LIMITS } from './packet-store.contract';

const warn = (): void => {};
const CONFIG = configFrom({ redis: { commandTimeout: '5s' }, relay: { nodeLease: '3s' } });
const OPTIONS = { ...CONFIG, pending: new PendingBytes(Number.POSITIVE_INFINITY), warn };

interface Node extends PacketStore {
  /** Leaves its packets as they are, without a lease. */
  die(): Promise<void>;
}

async function openNode(url: string, limits: PacketLimits = LIMITS): Promise<Node> {
  const node = randomUUID();
  const redis = await openRelayRedis(url, node, OPTIONS);
  const store = openRedisPacketStore(redis, { node, limits, warn });
  const close = async (): Promise<void> => {
    await store.close();
    // It takes the lease back: to the others, the node is dead at once.
    await redis.close();
  };
  return { ...store, close, die: close };
}

describe('nodes on one Redis', () => {
  let redis: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    redis = await startRedisServer();
    admin = new Redis(redis.port, '127.0.0.1');
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  describePacketStore('on Redis', async (limits) => {
    await admin.flushdb();
    return openNode(redis.url, limits);
  });

  it('a packet in flight on a dead node waits again, in its place', async () => {
    await admin.flushdb();
    const [a, b] = [await openNode(redis.url), await openNode(redis.url)];
    for (const body of ['1', '2', '3']) await a.mailboxes.put('c', { headers: [], body: Buffer.from(body) });
    await a.mailboxes.take('c');
    const second = await b.mailboxes.take('c');
    expect(second?.packet.body.toString()).toBe('2');
    await a.die();
    expect((await b.mailboxes.take('c'))?.packet.body.toString()).toBe('1');
    expect((await b.mailboxes.take('c'))?.packet.body.toString()).toBe('3');
    await b.close();
  });

  it('one node sends all upstream packets of a client, and another one when that dies', async () => {
    await admin.flushdb();
    const [a, b] = [await openNode(redis.url), await openNode(redis.url)];
    const packet = (body: string) => ({ headers: [], body: Buffer.from(body) });
    await a.outbox.add('c', packet('1'));
    await b.outbox.add('c', packet('2'));
    await b.outbox.add('d', packet('3'));
    const clients = async ({ outbox }: Node) => (await outbox.newPackets()).map(({ client }) => client);
    expect([await clients(a), await clients(b)]).toEqual([['c', 'c'], ['d']]);
    await a.die();
    const adopted = new Promise<void>((resolve) => b.outbox.onNewPackets(resolve));
    await b.outbox.add('c', packet('4')).catch(() => 'full');
    await adopted;
    const news = (await b.outbox.newPackets()).filter(({ client }) => client === 'c');
    const texts = await Promise.all(news.map(async (one) => (await b.outbox.load(one))?.body.toString()));
    expect(texts).toEqual(['1', '2']);
    await b.close();
  });

  it('one node polls an upstream, and another one when that stops or falls silent', async () => {
    await admin.flushdb();
    const [a, b] = [await openNode(redis.url), await openNode(redis.url)];
    const claim = (node: Node, ms: number) => node.outbox.claimPolling('http://upstream', ms);
    expect(await claim(a, 600_000)).toBe(0);
    expect(await claim(a, 600_000)).toBe(0);
    expect(await claim(b, 600_000)).toBeGreaterThan(500_000);
    await claim(a, 0);
    expect(await claim(b, 30)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await claim(a, 10_000)).toBe(0);
    await Promise.all([a.close(), b.close()]);
  });

  it('no packet is left in Redis when all have arrived', async () => {
    await admin.flushdb();
    const node = await openNode(redis.url);
    await node.mailboxes.put('c', { headers: [], body: Buffer.from('1') });
    const taken = await node.mailboxes.take('c');
    if (taken !== undefined) await node.mailboxes.acknowledge(taken);
    await node.outbox.add('c', { headers: [], body: Buffer.from('1') });
    for (const one of await node.outbox.newPackets()) await node.outbox.remove(one);
    const keys = (await admin.keys('loom:{relay}:pk:*')).sort();
    expect(keys).toEqual(['known', 'seq', 'up:bytes'].map((name) => `loom:{relay}:pk:${name}`));
    expect(await admin.get('loom:{relay}:pk:up:bytes')).toBe('0');
    await node.close();
  });
});

describe('a node on a Redis Cluster', () => {
  it('packets in both directions arrive', async () => {
    const cluster = await startRedisCluster();
    try {
      const node = await openNode(cluster.url);
      const woken = new Promise<void>((resolve) => node.mailboxes.onMail('c', resolve));
      expect(await node.mailboxes.take('c')).toBeUndefined();
      await node.mailboxes.put('c', { headers: [], body: Buffer.from('1') });
      await woken;
      expect((await node.mailboxes.take('c'))?.packet.body.toString()).toBe('1');
      await node.outbox.add('c', { headers: [], body: Buffer.from('2') });
      expect(await node.outbox.newPackets()).toHaveLength(1);
      await node.close();
    } finally {
      await cluster.stop();
    }
  });
});
