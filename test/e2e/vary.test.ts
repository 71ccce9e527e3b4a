import { Call } from '../relay/call';
import { Consumer, request } from '../support/http';
import { withLoom } from './with-loom';

const EVENTS = { Accept: 'text/event-stream' };
const BYTES = 'Accept, Accept-Encoding';

describe('Vary', () => {
  const loom = withLoom({ store: 'memory:' });
  const open = withLoom({ store: 'memory:', config: 'http: {allowOrigin: ["https://app.example"]}' });

  const closed = async (id: string): Promise<string> => {
    await request(loom.url(`/stream/${id}`), { method: 'POST', body: 'content' });
    return loom.url(`/stream/${id}`);
  };

  it('Vary is Accept on every answer of a closed stream, with Accept-Encoding if it may be compressed', async () => {
    const url = await closed('closed');
    const { etag } = (await request(url)).headers;
    const asked = [
      { status: 200, named: BYTES },
      { status: 200, named: BYTES, method: 'HEAD' },
      { status: 200, named: 'Accept', headers: EVENTS },
      { status: 204, named: 'Accept', headers: { ...EVENTS, 'Last-Event-ID': '7' } },
      { status: 206, named: BYTES, headers: { Range: 'bytes=1-2' } },
      { status: 304, named: BYTES, headers: { 'If-None-Match': String(etag) } },
    ];
    for (const { status, named, ...options } of asked) {
      const answer = await request(url, options);
      expect([answer.status, answer.headers['vary']]).toEqual([status, named]);
    }
  });

  it('Vary is Accept on every answer of an open stream', async () => {
    const url = loom.url('/stream/open');
    await request(url, { method: 'POST', headers: { 'Upload-Complete': '?0' }, body: 'content' });
    expect((await request(url, { method: 'HEAD' })).headers['vary']).toBe('Accept');
    for (const headers of [{}, EVENTS]) {
      const consumer = await Consumer.open(url, headers);
      expect(consumer.headers['vary']).toBe('Accept');
      consumer.close();
    }
  });

  it('Vary of JSON answers is Accept-Encoding, with Accept if there is a page at the same address', async () => {
    const url = await closed('json');
    expect((await request(`${url}/info`)).headers['vary']).toBe('Accept-Encoding');
    expect((await request(loom.url('/stream'))).headers['vary']).toBe(BYTES);
  });

  it('Vary of a relayed stream follows the Vary of the server', async () => {
    const base = open.url('/rendezvous');
    const fields = { download_headers: { Vary: 'Accept' }, upload_headers: { vary: 'Accept' } };
    const made = await new Call(`${base}/stream`, { method: 'POST', body: JSON.stringify(fields) }).answer();
    const url = `${base}/stream/${JSON.parse(made.text).stream}`;
    const receiver = new Call(url);
    const sender = new Call(url, { method: 'PUT', body: 'x' });
    for (const side of [receiver, sender])
      expect((await side.answer()).headers['vary']).toBe('Origin, Accept');
  });
});
