import { createHash, randomBytes } from 'node:crypto';
import { withLoom } from '../e2e/with-loom';
import { startCaddy } from '../support/caddy';
import { Consumer, Producer, request } from '../support/http';
import { startNginx } from '../support/nginx';
import type { ProxyProcess } from '../support/proxy-process';

const METADATA_BYTES = 16 * 1024;
/** More than the sockets between nginx and the server hold. */
const LARGE = randomBytes(33_000_000);

describe.each([
  ['nginx', startNginx],
  ['Caddy', startCaddy],
])('a server behind %s, with its file in ops/', (_name, start) => {
  const loom = withLoom({ store: 'file:' });
  let proxy: ProxyProcess;
  beforeAll(async () => {
    proxy = await start(loom.process().port);
  });
  afterAll(() => proxy.stop());
  const url = (path: string): string => proxy.url + path;

  it.each([
    ['ASCII', `{"text":"${'x'.repeat(METADATA_BYTES - 11)}"}`],
    ['of three bytes per character', `{"text":"${'€'.repeat((METADATA_BYTES - 11) / 3)}"}`],
    ['of 8 KiB, which still goes in the head', `"${'x'.repeat(8 * 1024 - 2)}"`],
  ])('16 KiB of metadata pass in both directions: %s', async (name, metadata) => {
    const path = `/stream/${encodeURIComponent(name)}`;
    const sent = await request(url(path), {
      method: 'POST',
      headers: { 'X-Stream-Metadata': Buffer.from(metadata).toString('latin1') },
      body: Buffer.from('abc'),
    });
    expect(sent.status).toBe(201);
    const got = await request(url(path));
    expect([got.status, got.text]).toEqual([200, 'abc']);
    expect((await request(url(path), { method: 'HEAD' })).status).toBe(200);
    const info = await request(url(`${path}/info`));
    expect(JSON.parse(info.text).metadata).toEqual(JSON.parse(metadata));
  });

  it('a producer that asks for it has its 201 before its body, and each line reaches consumers at once', async () => {
    const producer = new Producer(url('/stream/live'), { headers: { 'X-Stream-Answer': 'early' } });
    expect((await producer.head).statusCode).toBe(201);
    const [tail, events] = [
      await Consumer.open(url('/stream/live')),
      await Consumer.open(url('/stream/live'), { Accept: 'text/event-stream' }),
    ];
    for (const line of ['one', 'two', 'three']) {
      await producer.write(`${line}\n`);
      await tail.until(`${line}\n`);
      await events.until(`data: ${line}\n`);
    }
    expect((await producer.end('four\n')).status).toBe(201);
    expect((await tail.end()).complete).toBe(true);
    expect(tail.text).toBe('one\ntwo\nthree\nfour\n');
    expect(await events.until('event: end')).toContain('closed; outcome=complete');
  });

  it('each line of a plain upload reaches its consumers before the next one is sent', async () => {
    const producer = new Producer(url('/stream/plain'), { method: 'PUT' });
    await producer.write('one\n');
    const tail = await openOnce(url('/stream/plain'));
    for (const line of ['two', 'three']) {
      await tail.until('one\n');
      await producer.write(`${line}\n`);
      await tail.until(`${line}\n`);
    }
    expect((await producer.end()).status).toBe(201);
    expect((await tail.end()).complete).toBe(true);
  });

  it.each([
    ['a file, as curl -T FILE sends it', { 'Content-Length': String(LARGE.length) }],
    ['a pipe, as curl -T - sends it', {}],
  ])('a large upload arrives whole: %s', async (name, headers) => {
    const path = `/stream/${encodeURIComponent(name.slice(0, 6))}`;
    const sent = await request(url(path), { method: 'PUT', headers, body: LARGE });
    expect(sent.status).toBe(201);
    const got = await request(url(path));
    expect(got.headers['x-stream-state']).toBe('closed; outcome=complete');
    expect(sha256(got.body)).toBe(sha256(LARGE));
  });

  it('a producer that was cut resumes at the committed offset, and a consumer at any', async () => {
    const producer = new Producer(url('/stream/cut'), {
      headers: { 'Upload-Complete': '?1', 'X-Stream-Answer': 'early' },
    });
    await producer.head;
    const tail = await Consumer.open(url('/stream/cut'));
    await producer.write('abc');
    await tail.until('abc');
    producer.destroy();
    const head = await request(url('/stream/cut'), { method: 'HEAD' });
    expect(head.headers['upload-offset']).toBe('3');
    const patch = (offset: string) =>
      request(url('/stream/cut'), {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/partial-upload',
          'Upload-Offset': offset,
          'Upload-Complete': '?1',
        },
        body: 'def',
      });
    expect((await patch('2')).status).toBe(409);
    expect((await patch('3')).status).toBe(204);
    expect((await tail.end()).complete).toBe(true);
    expect((await request(url('/stream/cut?offset=2'))).text).toBe('cdef');
  });

  it('a spy is not buffered', async () => {
    const spy = await Consumer.open(url('/spy'));
    await request(url('/stream/spied'), { method: 'POST', body: 'x\n' });
    await spy.until('END: spied\n');
    spy.close();
  });

  it('the Location of a stream made at /v1/stream is its address at the proxy', async () => {
    const made = await request(url('/v1/stream/made'), {
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect([made.status, made.headers.location]).toEqual([201, url('/v1/stream/made')]);
  });
});

/** The stream is made a moment after its producer has begun to send. */
async function openOnce(url: string): Promise<Consumer> {
  const wait = await request(`${url}/wait?for=line&create&timeout=5m`);
  expect(wait.status).toBe(200);
  return Consumer.open(url);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
