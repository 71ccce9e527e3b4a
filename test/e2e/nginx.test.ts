import { Consumer, Producer, request } from '../support/http';
import { type Nginx, startDocumentedNginx } from '../support/nginx';
import { withLoom } from './with-loom';

const METADATA_BYTES = 16 * 1024;

describe('a server behind nginx, as the operations page configures it', () => {
  const loom = withLoom({ store: 'file:' });
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startDocumentedNginx(loom.process().port);
  });
  afterAll(() => nginx.stop());
  const url = (path: string): string => nginx.url + path;

  it.each([
    ['ASCII', `{"text":"${'x'.repeat(METADATA_BYTES - 11)}"}`],
    ['of three bytes per character', `{"text":"${'€'.repeat((METADATA_BYTES - 11) / 3)}"}`],
    ['of 8 KiB, which still goes in the head', `"${'x'.repeat(8 * 1024 - 2)}"`],
  ])('nginx passes 16 KiB of metadata in both directions: %s', async (name, metadata) => {
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

  it('each line of an upload reaches its consumers before the next one is sent', async () => {
    const producer = new Producer(url('/stream/live'));
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

  it('nginx does not buffer a spy', async () => {
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
