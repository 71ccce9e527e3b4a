import { randomUUID } from 'node:crypto';
import { Consumer, Producer, request } from '../support/http';
import { inTime } from '../support/in-time';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { startTcpProxy } from '../support/tcp-proxy';

describe('a part of a stream at another node than its producer', () => {
  let redis: RedisServer;
  let one: LoomProcess;
  let other: LoomProcess;
  beforeAll(async () => {
    redis = await startRedisServer();
    [one, other] = await Promise.all([
      LoomProcess.start({ store: redis.url }),
      LoomProcess.start({ store: redis.url }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([one.stop(), other.stop()]);
    await redis.stop();
  });

  /** A producer at one node, whose stream the other node has up to `text`. */
  const begin = async (text: string): Promise<{ path: string; producer: Producer }> => {
    const path = `/stream/${randomUUID()}`;
    const producer = new Producer(one.url + path);
    await producer.head;
    const all = await Consumer.open(other.url + path);
    await producer.write(text);
    await all.until(text);
    all.close();
    return { path, producer };
  };

  it('goes on with live bytes up to its bound, with the state of that moment', async () => {
    const { path, producer } = await begin('one\ntwo\n');
    const bytes = await Consumer.open(`${other.url}${path}?tail=1&lines=3`);
    const events = await Consumer.open(`${other.url}${path}?line=4&lines=1`, { Accept: 'text/event-stream' });
    await producer.write('three\nfo');
    await producer.write('ur\nfive\n');
    expect(await bytes.end()).toEqual({ complete: true, trailers: { 'x-stream-state': 'open' } });
    expect(bytes.text).toBe('two\nthree\nfour\n');
    await events.end();
    expect(events.text).toContain('data: four\n\nevent: end\n');
    await producer.end();
  });

  it('up to a time to come has what was committed until then', async () => {
    const { done } = await inTime(async (until) => {
      const { path, producer } = await begin('one\n');
      const consumer = await Consumer.open(`${other.url}${path}?until=${until / 1_000}`);
      const all = await Consumer.open(one.url + path);
      await producer.write('two\n');
      await all.until('two\n');
      return { consumer, producer };
    });
    const { consumer, producer } = done;
    await consumer.end();
    expect(consumer.text).toBe('one\ntwo\n');
    await producer.end();
  });

  it('up to a time to come has what was on its way to Redis then, as a later reader does', async () => {
    const proxy = await startTcpProxy(redis.port);
    const slow = await LoomProcess.start({ store: `redis://127.0.0.1:${proxy.port}` });
    try {
      const { moment: until, done } = await inTime(async (until) => {
        proxy.mode('pass');
        const path = `/stream/${randomUUID()}`;
        const producer = new Producer(slow.url + path);
        await producer.head;
        await producer.write('one\n');
        const all = await Consumer.open(other.url + path);
        await all.until('one\n');
        const consumer = await Consumer.open(`${other.url}${path}?until=${until / 1_000}`);
        proxy.mode('hold');
        await producer.write('two\n');
        return { path, producer, all, consumer };
      });
      const { path, producer, all, consumer } = done;
      // The clock is what this is about.
      await new Promise((resolve) => setTimeout(resolve, until + 300 - Date.now()));
      proxy.mode('pass');
      await all.until('two\n');
      await consumer.end();
      const later = await request(`${one.url}${path}?notail&until=${until / 1_000}`);
      expect(consumer.text).toBe(later.text);
      await producer.end();
      all.close();
    } finally {
      proxy.mode('pass');
      await slow.stop();
      await proxy.close();
    }
  });

  it('has the same lines, times and numbers at both nodes', async () => {
    const { path, producer } = await begin('one\ntwo\n');
    await producer.end('three\n');
    for (const query of ['line=2&lines=1', 'tail=2', 'since=1h', 'offset=-3&lines=1']) {
      const answers = await Promise.all([one, other].map(({ url }) => request(`${url}${path}?${query}`)));
      const [here, there] = answers.map(({ status, text, headers }) => [
        status,
        text,
        headers['x-stream-offset'],
        headers['x-stream-line'],
        headers['x-stream-lines'],
      ]);
      expect(there).toEqual(here);
      expect(here?.[0]).toBe(200);
    }
  });
});
