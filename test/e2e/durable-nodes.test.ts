import { randomUUID } from 'node:crypto';
import { Consumer } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { DurableStream, JSON_TYPE, TEXT, token } from './durable-requests';

describe('two servers on one Redis', () => {
  let redis: RedisServer;
  let nodes: readonly LoomProcess[];
  beforeAll(async () => {
    redis = await startRedisServer();
    const options = { store: redis.url };
    nodes = await Promise.all([LoomProcess.start(options), LoomProcess.start(options)]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  });

  /** One stream, as it is at each of them. */
  const streams = (): readonly DurableStream[] => {
    const id = randomUUID();
    return nodes.map(({ url }) => new DurableStream(`${url}/v1/stream/${id}`));
  };

  it('a waiting poll gets a large message from the other server whole', async () => {
    const [writer, reader] = streams();
    if (writer === undefined || reader === undefined) throw new Error('there are two');
    await writer.create(JSON_TYPE);
    const events = await Consumer.open(`${reader.url}?offset=-1&live=sse`);
    await events.until('"upToDate":true');
    await writer.append('1', JSON_TYPE);
    await events.until('data:[1]');
    const poll = reader.read(`?offset=${token(2)}&live=long-poll`);
    // The answer to a request that was sent later shows that the poll is waiting.
    expect((await reader.head()).status).toBe(200);
    const message = ['y'.repeat(1_500_000)];
    expect((await writer.append(JSON.stringify([message]), JSON_TYPE)).status).toBe(204);
    const answer = await poll;
    expect(JSON.parse(answer.text)).toEqual([message]);
    const next = await reader.read(`?offset=${answer.headers['stream-next-offset']}`);
    expect([next.status, next.text]).toEqual([200, '[]']);
    events.close();
  });

  it('a server appends to a stream that the other one recreated with another content type', async () => {
    const [one, other] = streams();
    if (one === undefined || other === undefined) throw new Error('there are two');
    await one.create(TEXT);
    await one.append('old', TEXT);
    await other.remove();
    await other.create(JSON_TYPE);
    expect((await one.append('1', JSON_TYPE)).status).toBe(204);
    expect((await other.read()).text).toBe('[1]');
  });
});
