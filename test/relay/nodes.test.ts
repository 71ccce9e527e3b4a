import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { eventually } from '../faults/eventually';
import type { LoomProcess } from '../support/loom-process';
import { Call } from './call';
import { deploy } from './deployments';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const MiB = 1024 * 1024;
const LOOK_EVERY_MS = 300;
/** Two sides that miss each other look every two seconds. */
const ATTEMPT_MS = 6_000;

describe('two nodes', () => {
  const site = deploy(
    'httpipe',
    { name: '', store: 'redis', nodes: 2, alone: false },
    'relay: {nodeLease: 3s}\nrendezvous: {lifetime: 2m}',
  );
  const nodes = (): readonly [LoomProcess, LoomProcess] => {
    const [one, other] = site.nodes();
    if (one === undefined || other === undefined) throw new Error('there are no two nodes');
    return [one, other];
  };
  const at = (node: LoomProcess, path: string, method = 'GET', body?: string | Buffer): Call =>
    new Call(node.url + path, { method, ...(body !== undefined && { body }) });
  const freshChannel = (): string => `/channels/${randomUUID()}/x`;
  const createStream = async (node: LoomProcess): Promise<string> =>
    `/rendezvous/stream/${JSON.parse((await at(node, '/rendezvous/stream', 'POST', '').answer()).text).stream}`;

  /** Resolves when the lease of the killed node has run out. */
  const onlyOneIsLeft = async (): Promise<void> => {
    const redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
    const living = (): Promise<string[]> => redis.keys('loom:{relay}:n:*:alive');
    await eventually('its lease has run out', async () => (await living()).length === 1);
    redis.disconnect();
  };

  afterEach(async () => {
    for (const node of nodes()) if (!node.isRunning) await node.restart();
  });

  it('an endless upload stops while its receiver is paused, with a few MiB in Redis', async () => {
    const [one, other] = nodes();
    const redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
    const usedMemory = async (): Promise<number> =>
      Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const before = await usedMemory();
    const stream = await createStream(one);
    const receiver = at(other, stream);
    const sender = at(one, stream, 'PUT');
    const piece = randomBytes(MiB);
    let written = 0;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        await sender.write(piece);
        written += piece.length;
      }
    })().catch(() => {});
    (await receiver.head()).pause();
    await eventually('Redis has as much of it as it may', async () => {
      const [channel = ''] = await redis.keys('loom:{*}:x:*');
      return Number(await redis.call('MEMORY', 'USAGE', channel)) >= MiB;
    });
    // On a slow machine an upload may seem to stop before it does, which fails nothing.
    let seen = -1;
    await eventually('the upload stops', async () => {
      const isPaused = seen === written;
      seen = written;
      await delay(LOOK_EVERY_MS);
      return isPaused && seen === written;
    });
    expect((await usedMemory()) - before).toBeLessThan(4 * MiB);
    isOver = true;
    receiver.resume();
    await writing;
    sender.end();
    const { body } = await receiver.answer();
    expect(body.length).toBe(written);
    const hash = createHash('sha256');
    for (let at = 0; at < written; at += piece.length) hash.update(piece);
    expect(sha256(body)).toBe(hash.digest('hex'));
    expect(await sender.status()).toBe(200);
    expect(await redis.keys('loom:{*}:x:*')).toEqual([]);
    redis.disconnect();
  });

  it('every key of a transfer expires after its receiver left in the middle', async () => {
    const [one, other] = nodes();
    const redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
    const piece = randomBytes(MiB);
    for (let round = 0; round < 10; round += 1) {
      const channel = freshChannel();
      const receiver = at(other, channel);
      const sender = at(one, channel, 'POST');
      const writing = (async () => {
        for (;;) await sender.write(piece);
      })().catch(() => {});
      await receiver.until(2 * MiB);
      await receiver.leave();
      await sender.status();
      await sender.leave();
      await writing;
    }
    const left = await redis.keys('loom:{*}:x:*');
    const expiries = await Promise.all(left.map((key) => redis.pttl(key)));
    expect(expiries.filter((ms) => ms === -1)).toEqual([]);
    redis.disconnect();
  });

  it("a kill of the sender's node cuts the download and frees the channel", async () => {
    const [one, other] = nodes();
    const channel = freshChannel();
    const consumer = at(other, channel);
    const producer = at(one, channel, 'POST');
    await producer.write('half');
    await consumer.until(4);
    const next = await at(other, channel).waits();
    await one.kill('SIGKILL');
    expect(await consumer.over()).toBe(false);
    expect(await at(other, channel, 'POST', 'next').status()).toBe(200);
    expect((await next.answer()).text).toBe('next');
  });

  it("a kill of the receiver's node ends the upload with 502 and frees the channel", async () => {
    const [one, other] = nodes();
    const channel = freshChannel();
    const consumer = at(other, channel);
    const producer = at(one, channel, 'POST');
    await producer.write('half');
    await consumer.until(4);
    const next = await at(one, channel, 'POST', 'next').waits();
    await other.kill('SIGKILL');
    expect(await producer.status()).toBe(502);
    expect((await at(one, channel).answer()).text).toBe('next');
    expect(await next.status()).toBe(200);
  });

  it('requests that waited at a killed node take no message', async () => {
    const [one, other] = nodes();
    const [pipe, stream] = [freshChannel(), await createStream(other)];
    const dead = [at(one, pipe), at(one, pipe), at(one, stream)];
    await Promise.all(dead.map((call) => call.waits()));
    const alive = await at(other, pipe).waits();
    await one.kill('SIGKILL');
    await onlyOneIsLeft();
    const receiver = at(other, stream);
    expect(await at(other, stream, 'PUT', 'found').status()).toBe(200);
    expect((await receiver.answer()).text).toBe('found');
    expect(await at(other, pipe, 'POST', 'x').status()).toBe(200);
    expect((await alive.answer()).text).toBe('x');
  });

  it("a message of a cama host goes to the next guest after a kill of the first one's node", async () => {
    const [one, other] = nodes();
    const { location, 'set-cookie': cookies } = await at(one, '/cama/session', 'PUT', '').headers();
    const path = String(location);
    const headers = { Cookie: String(cookies?.[0]).split(';', 1)[0] ?? '' };
    const lost = await at(one, path).waits();
    await one.kill('SIGKILL');
    expect(await lost.over()).toBe(false);
    await onlyOneIsLeft();
    const guest = at(other, path);
    const host = new Call(other.url + path, { method: 'POST', headers, body: 'kept' });
    expect((await guest.answer()).text).toBe('kept');
    expect(await host.status()).toBe(200);
  });

  it("a consumer keeps waiting if its producer's node is killed before the first byte", async () => {
    const [one, other] = nodes();
    const channel = freshChannel();
    const consumer = await at(other, channel).waits();
    const silent = await at(one, channel, 'POST').waits();
    await one.kill('SIGKILL');
    await silent.over();
    await consumer.waits();
    expect(await at(other, channel, 'POST', 'x').status()).toBe(200);
    expect((await consumer.answer()).text).toBe('x');
  });

  it('a loss of Redis ends transfers between nodes and waits, but no local transfer', async () => {
    const [one, other] = nodes();
    const [local, between, idle] = [freshChannel(), freshChannel(), freshChannel()];
    const start = async (channel: string, receiverAt: LoomProcess): Promise<[Call, Call]> => {
      const [consumer, producer] = [at(receiverAt, channel), at(one, channel, 'POST')];
      await producer.write('one ');
      await consumer.until(4);
      return [consumer, producer];
    };
    const [near, nearSender] = await start(local, one);
    const [far, farSender] = await start(between, other);
    const waiting = await at(one, idle).waits();
    await site.redis()?.kill('SIGKILL');
    nearSender.end('two');
    expect((await near.answer()).text).toBe('one two');
    expect(await nearSender.status()).toBe(200);
    expect(await farSender.status()).toBe(502);
    expect(await far.over()).toBe(false);
    expect(await waiting.status()).toBe(503);
    await site.redis()?.restart();
    await eventually('the nodes are back', async () => {
      const ready = await Promise.all(nodes().map((node) => at(node, '/readyz').status()));
      return ready.every((status) => status === 200);
    });
    await eventually('they find each other', async () => {
      const consumer = at(other, local);
      const producer = at(one, local, 'POST', 'again');
      const received = await Promise.race([
        consumer.answer().then(({ text }) => text),
        delay(ATTEMPT_MS, 'nothing', { ref: false }),
      ]);
      await Promise.all([consumer.leave(), producer.leave()]);
      return received === 'again';
    });
  });

  it('a node that stops ends its waiting requests and completes its transfers', async () => {
    const [one, other] = nodes();
    const [busy, idle] = [freshChannel(), freshChannel()];
    const consumer = at(one, busy);
    const producer = at(other, busy, 'POST');
    await producer.write('one ');
    await consumer.until(4);
    const waiting = await at(one, idle).waits();
    const elsewhere = await at(other, idle).waits();
    const stopped = one.stop();
    expect(await waiting.status()).toBe(503);
    producer.end('two');
    expect((await consumer.answer()).text).toBe('one two');
    expect(await producer.status()).toBe(200);
    expect(await stopped).toBe(0);
    expect(await at(other, idle, 'POST', 'x').status()).toBe(200);
    expect((await elsewhere.answer()).text).toBe('x');
  });
});
