import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Consumer } from '../support/http';
import { DurableStream, TEXT } from './durable-requests';
import { withLoom } from './with-loom';

const APPEND = Buffer.alloc(8 * 1024 * 1024, 'x');
/** Together more than kernels keep for a connection, which may be 36 MiB: what fits there is accepted even if nothing reads it. */
const APPENDS = 6;

describe('a stalled reader at /v1/stream', () => {
  const loom = withLoom({
    store: 'file:',
    config: 'durable: {eventsLifetime: 1s}\nhttp: {consumerTimeout: 1s}',
  });

  it.each(['', '&live=sse', '&live=long-poll'])(
    'a reader that reads nothing is disconnected: %s',
    async (live) => {
      const id = `large${live}`;
      const stream = new DurableStream(loom.url(`/v1/stream/${id}`));
      await stream.create(TEXT, APPEND);
      for (let time = 1; time < APPENDS; time += 1) await stream.append(APPEND, TEXT);
      const client = connect(loom.process().port, '127.0.0.1').pause();
      client.on('error', () => {});
      client.write(`GET /v1/stream/${id}?offset=-1${live} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      // The line of its request is written when it is over.
      const line = `"method":"GET","path":"/v1/stream/${id}"`;
      while (!loom.output().includes(line)) await delay(10);
      const closed = once(client, 'close');
      client.resume();
      await closed;
    },
  );
});

describe('a reader at /v1/stream that does not stall', () => {
  const loom = withLoom({ store: 'file:', config: 'http: {consumerTimeout: 10s}' });

  it('a reader that reads gets all events of a large stream', async () => {
    const stream = new DurableStream(loom.url('/v1/stream/read'));
    await stream.create({ ...TEXT, 'Stream-Closed': 'true' }, APPEND);
    const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
    expect(await events.end()).toMatchObject({ complete: true });
    expect(events.text).toContain('"streamClosed":true');
  });
});
