import { eventually } from '../faults/eventually';
import { RawConnection } from '../faults/raw-connection';
import { Consumer, Producer } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { DurableStream, TEXT, token } from './durable-requests';

describe('a stopping server', () => {
  it('a stopping server ends waiting polls and events cleanly', async () => {
    const loom = await LoomProcess.start({ store: 'memory:' });
    const stream = new DurableStream(`${loom.url}/v1/stream/waited-for`);
    await stream.create(TEXT, 'x');
    const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
    await events.until('"upToDate":true');
    const poll = stream.read(`?offset=${token(1)}&live=long-poll`);
    // The answer to a request that was sent later shows that the poll is waiting.
    expect((await stream.head()).status).toBe(200);
    const code = loom.kill('SIGTERM');
    const answer = await poll;
    expect(answer.status).toBe(204);
    expect(answer.headers['stream-next-offset']).toBe(token(1));
    expect(await events.end()).toMatchObject({ complete: true });
    expect(await code).toBe(0);
  });

  it('a stopping server does not wait for a reader whose request comes at the last moment', async () => {
    const loom = await LoomProcess.start({ store: 'memory:' });
    await new DurableStream(`${loom.url}/v1/stream/late`).create(TEXT, 'x');
    const late = await RawConnection.open(loom.port);
    const code = loom.kill('SIGTERM');
    await eventually('it stops', () => loom.stdout.includes('"stopping"'));
    late.send('GET /v1/stream/late?offset=-1&live=sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await code).toBe(0);
    expect(loom.stdout).not.toContain('stopTimeout is over');
    late.close();
  });

  it('a stopping server answers an unfinished append with 503 and Retry-After', async () => {
    const loom = await LoomProcess.start({ store: 'memory:' });
    const stream = new DurableStream(`${loom.url}/v1/stream/half`);
    await stream.create(TEXT);
    const writer = new Producer(stream.url, { headers: { ...TEXT, 'Content-Length': '2' } });
    await writer.write('x');
    // The answer to a request that was sent later shows that the body is waited for.
    expect((await stream.head()).status).toBe(200);
    const code = loom.kill('SIGTERM');
    const answer = await writer.answer;
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(await code).toBe(0);
  });
});
