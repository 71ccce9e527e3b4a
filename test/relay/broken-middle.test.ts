import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { eventually } from '../faults/eventually';
import type { LoomProcess } from '../support/loom-process';
import { Call } from './call';
import { deploy } from './deployments';

/** Enough that one of them checks its place at each change. */
const QUEUED = 16;

describe('a transfer between two nodes', () => {
  let redis: Redis;
  // Before its server stops.
  afterAll(() => redis.disconnect());
  const site = deploy(
    'httpipe',
    { name: '', store: 'redis', nodes: 2, alone: false },
    'relay: {nodeLease: 3s}',
  );

  beforeAll(() => {
    redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
  });
  afterEach(async () => {
    for (const node of site.nodes()) {
      node.signal('SIGCONT');
      if (!node.isRunning) await node.restart();
    }
  });

  const at = (node: LoomProcess, path: string, method = 'GET', body?: string): Call =>
    new Call(node.url + path, { method, ...(body !== undefined && { body }) });

  /** A producer at one node has given a consumer at the other its first bytes. */
  async function begin() {
    const [near, far] = site.nodes();
    if (near === undefined || far === undefined) throw new Error('there are no two nodes');
    const channel = `/channels/${randomUUID()}/x`;
    const consumer = at(far, channel);
    const producer = at(near, channel, 'POST');
    await producer.write('first');
    expect((await consumer.until(5)).toString()).toBe('first');
    return { near, far, channel, consumer, producer };
  }

  async function expectFree(producersNode: LoomProcess, channel: string, consumersNode: LoomProcess) {
    const producer = at(producersNode, channel, 'POST', 'next');
    expect((await at(consumersNode, channel).answer()).text).toBe('next');
    expect(await producer.status()).toBe(200);
  }

  /** Resolves once Redis holds an entry of the transfer with these bytes. @returns the key */
  async function untilStored(bytes: string): Promise<string> {
    let key = '';
    await eventually(`Redis holds ${bytes}`, async () => {
      key = (await redis.keys('loom:{*}:x:*'))[0] ?? '';
      const entries = await redis.xrange(key, '-', '+');
      return entries.some(([, fields]) => fields[1] === bytes);
    });
    return key;
  }

  /** The inbox of the stopped node that has a message of this kind. */
  async function inboxWith(kind: string): Promise<string> {
    let found = '';
    await eventually(`an inbox has ${kind}`, async () => {
      for (const key of await redis.keys('loom:{relay}:n:*:in')) {
        const words = (await redis.xrange(key, '-', '+')).map(([, fields]) => fields[1]);
        if (words.includes(kind)) found = key;
      }
      return found !== '';
    });
    return found;
  }

  /** Answers the pending reads of the inboxes, so that later messages to a stopped node stay in its inbox. */
  async function answerReads(): Promise<void> {
    for (const key of await redis.keys('loom:{relay}:n:*:in'))
      await redis.xadd(key, '*', 't', 'beat', 'f', '{}');
  }

  it("a kill of the sender's node harms neither the other node nor queued producers", async () => {
    const { near, far, channel, consumer } = await begin();
    const queued: Call[] = [];
    for (let index = 0; index < QUEUED; index += 1) {
      queued.push(await at(far, channel, 'POST', `queued ${index}`).waits());
    }
    await near.kill('SIGKILL');
    expect(await consumer.over()).toBe(false);
    expect(consumer.received.toString()).toBe('first');
    for (const [index, producer] of queued.entries()) {
      expect((await at(far, channel).answer()).text).toBe(`queued ${index}`);
      expect(await producer.status()).toBe(200);
    }
    expect(far.isRunning).toBe(true);
  });

  it('a transfer with a lost entry in Redis is cut, and its producer gets 502', async () => {
    const { near, far, channel, consumer, producer } = await begin();
    far.signal('SIGSTOP');
    await producer.write('lost');
    await redis.xtrim(await untilStored('lost'), 'MAXLEN', 0);
    producer.end('after');
    await untilStored('end');
    far.signal('SIGCONT');
    expect(await consumer.over()).toBe(false);
    expect(await producer.status()).toBe(502);
    await expectFree(near, channel, far);
  });

  it('a transfer that Redis has lost is cut at once, and its producer gets 502', async () => {
    const { near, far, channel, consumer, producer } = await begin();
    far.signal('SIGSTOP');
    await producer.write('lost');
    await redis.del(await untilStored('lost'));
    await producer.write('after');
    expect(await producer.status()).toBe(502);
    far.signal('SIGCONT');
    expect(await consumer.over()).toBe(false);
    await expectFree(near, channel, far);
  });

  it('a transfer whose end Redis has lost is cut, and its producer gets 502', async () => {
    const { near, far, channel, consumer, producer } = await begin();
    far.signal('SIGSTOP');
    producer.end('lost');
    await redis.del(await untilStored('end'));
    far.signal('SIGCONT');
    expect(await consumer.over()).toBe(false);
    expect(await producer.status()).toBe(502);
    await expectFree(near, channel, far);
  });

  it("a transfer is cut on both sides if the sender's node is stopped for too long", async () => {
    const { near, far, channel, consumer, producer } = await begin();
    near.signal('SIGSTOP');
    expect(await consumer.over()).toBe(false);
    near.signal('SIGCONT');
    expect(await producer.status()).toBe(502);
    await expectFree(near, channel, far);
  });

  it('a producer gets 502 if the message about the end of its transfer is lost', async () => {
    const { near, far, channel, consumer, producer } = await begin();
    far.signal('SIGSTOP');
    producer.end();
    await untilStored('end');
    await inboxWith('x-wake');
    near.signal('SIGSTOP');
    await answerReads();
    far.signal('SIGCONT');
    expect((await consumer.answer()).text).toBe('first');
    await redis.del(await inboxWith('x-done'));
    near.signal('SIGCONT');
    expect(await producer.status()).toBe(502);
    await expectFree(near, channel, far);
  });
});
