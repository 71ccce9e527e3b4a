import { randomUUID } from 'node:crypto';
import { Consumer, Producer, request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { joined, NDJSON, objectsIn, untimed } from './ndjson';

describe('NDJSON of another server on one Redis', () => {
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
  const urls = (): readonly [string, string] => {
    const id = randomUUID();
    const [here = '', there = ''] = nodes.map(({ url }) => `${url}/stream/${id}`);
    return [here, there];
  };

  it('has live lines with the times of the server that took them, parts of lines, and the end', async () => {
    const [here, there] = urls();
    const producer = new Producer(here, { headers: { 'X-Stream-Metadata': '{"exitCode":7}' } });
    await producer.head;
    const consumer = await Consumer.open(there, NDJSON);
    await producer.write('one\n');
    await consumer.until('"text":"one"}\n');
    await producer.write('tw');
    await consumer.until('"text":"tw","partial":true}\n');
    await producer.end('o\nthree\n');
    await consumer.end();
    const objects = objectsIn(consumer);
    expect(joined(objects)).toBe('one\ntwo\nthree\n');
    expect(untimed(objects).at(-1)).toEqual({
      state: 'closed',
      outcome: 'complete',
      exitCode: 7,
      bytes: 14,
      lines: 3,
    });
    // A line has the same number, place and time at each server, and whenever it is read.
    const times = (all: typeof objects): unknown[] =>
      all.flatMap(({ line, offset, time, text }) => (text === 'one' ? [[line, offset, time]] : []));
    for (const url of [here, there])
      expect(times(objectsIn(await request(url, { headers: NDJSON })))).toEqual(times(objects));
  });

  it('has timestamps of live lines', async () => {
    const [here, there] = urls();
    const producer = new Producer(here);
    await producer.head;
    const consumer = await Consumer.open(`${there}?timestamps`);
    await producer.write('one\ntw');
    await consumer.until('Z tw');
    await producer.end('o\n');
    await consumer.end();
    expect(consumer.text.replaceAll(/^\S{23}Z /gm, 'T ')).toBe('T one\nT two\n');
  });
});
