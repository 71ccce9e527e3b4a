import { randomUUID } from 'node:crypto';
import { RawConnection } from '../faults/raw-connection';
import { Consumer } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { BINARY, DurableStream, JSON_TYPE, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

const ROUNDS = 20;
const CLOSES = { 'Stream-Closed': 'true' };

interface Control {
  readonly streamNextOffset: string;
  readonly streamClosed?: boolean;
}

type Headers = Readonly<Record<string, string>>;

/** What a live reader of events gets from an append that closes the stream: each data event with the control event after it. */
function lastEvents(
  writer: DurableStream,
  reader: DurableStream,
  last: string | Buffer,
  type: Headers,
): Promise<readonly Control[]> {
  return controlsAfter(writer, reader, type, async () => {
    expect((await writer.append(last, { ...type, ...CLOSES })).status).toBe(204);
  });
}

async function controlsAfter(
  writer: DurableStream,
  reader: DurableStream,
  type: Headers,
  append: () => Promise<void>,
): Promise<readonly Control[]> {
  await writer.create(type);
  const events = await Consumer.open(`${reader.url}?offset=-1&live=sse`);
  await events.until('"upToDate":true');
  const before = events.text.length;
  await append();
  await events.end();
  const lines = events.text.slice(before).split('\n');
  return lines.filter((line) => line.startsWith('data:{"stream')).map((line) => JSON.parse(line.slice(5)));
}

async function expectOneAnswer(writer: DurableStream, reader: DurableStream, last: string): Promise<void> {
  await writer.create(TEXT);
  const poll = reader.read(`?offset=${token(0)}&live=long-poll`);
  // The answer to a request that was sent later shows that the poll is waiting.
  expect((await reader.head()).status).toBe(200);
  await writer.append(last, { ...TEXT, ...CLOSES });
  const { text, headers } = await poll;
  expect([text, headers['stream-closed'], headers['stream-next-offset']]).toEqual([
    last,
    'true',
    token(last.length),
  ]);
}

const CLOSED_AT = (offset: number): Control =>
  expect.objectContaining({ streamNextOffset: token(offset), streamClosed: true });

onEachStore('an append that closes its stream', ({ url, freshId }) => {
  const fresh = (): DurableStream => new DurableStream(url(`/v1/stream/${freshId()}`));

  it('a closing append reaches a reader of events in one control event', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const stream = fresh();
      expect(await lastEvents(stream, stream, 'the last words', TEXT)).toEqual([CLOSED_AT(14)]);
    }
  });

  it.each([
    ['JSON', JSON_TYPE, '[1,2]', 4],
    ['bytes', BINARY, Buffer.alloc(100, 0xff), 100],
  ])('a closing append of %s reaches a live reader in one control event', async (_, type, last, length) => {
    const stream = fresh();
    expect(await lastEvents(stream, stream, last, type)).toEqual([CLOSED_AT(length)]);
  });

  it('a chunked closing append that arrives whole reaches a live reader in one control event', async () => {
    const stream = fresh();
    const { port, pathname } = new URL(stream.url);
    const controls = await controlsAfter(stream, stream, TEXT, async () => {
      const connection = await RawConnection.open(Number(port));
      const head =
        'Host: 127.0.0.1\r\nContent-Type: text/plain\r\nStream-Closed: true\r\nTransfer-Encoding: chunked';
      connection.send(`POST ${pathname} HTTP/1.1\r\n${head}\r\n\r\ne\r\nthe last words\r\n0\r\n\r\n`);
      await connection.until('HTTP/1.1 204');
      connection.close();
    });
    expect(controls).toEqual([CLOSED_AT(14)]);
  });

  it('a closing append reaches a waiting poll in one answer', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const stream = fresh();
      await expectOneAnswer(stream, stream, 'the last words');
    }
  });
});

describe('an append that closes its stream, on another node', () => {
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
  const pair = (): [DurableStream, DurableStream] => {
    const [one, other] = nodes;
    if (one === undefined || other === undefined) throw new Error('there are two nodes');
    const path = `/v1/stream/${randomUUID()}`;
    return [new DurableStream(one.url + path), new DurableStream(other.url + path)];
  };

  // An entry has up to 32,000 bytes, and one reply up to 16 entries.
  it.each([1, 32_000, 32_001, 511_999, 512_000, 512_001, 1_024_000])(
    'a closing append of %i bytes reaches a live reader in one control event',
    async (length) => {
      const controls = await lastEvents(...pair(), 'x'.repeat(length), TEXT);
      expect(controls.filter(({ streamNextOffset }) => streamNextOffset === token(length))).toEqual([
        CLOSED_AT(length),
      ]);
    },
  );

  it('a closing append reaches a waiting poll in one answer', async () => {
    for (let round = 0; round < ROUNDS; round += 1) await expectOneAnswer(...pair(), 'the last words');
    await expectOneAnswer(...pair(), 'x'.repeat(512_000));
  });
});
