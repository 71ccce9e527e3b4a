import { gzipSync } from 'node:zlib';
import { RawConnection } from '../faults/raw-connection';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const PARTIAL = {
  'Content-Type': 'application/partial-upload',
  'Upload-Offset': '0',
  'Upload-Complete': '?1',
};
const TEXT = { 'Content-Type': 'text/plain' };

onEachStore('a body with a Content-Encoding', ({ url, freshId }) => {
  const body = gzipSync('some text');

  it.each(['gzip', 'GZIP', 'br', 'gzip, identity', 'identity, gzip', 'deflate', 'unheard-of'])(
    'a body in %s is refused by every request that would store it, and nothing changes',
    async (coding) => {
      const [made, durable, fresh] = [freshId(), freshId(), freshId()];
      await request(url(`/stream/${made}`), { method: 'POST', headers: { 'Upload-Complete': '?0' } });
      await request(url(`/v1/stream/${durable}`), { method: 'PUT', headers: TEXT });
      const headers = { 'Content-Encoding': coding };
      for (const answer of [
        await request(url('/stream'), { method: 'POST', headers, body }),
        await request(url(`/stream/${fresh}`), { method: 'POST', headers, body }),
        await request(url(`/stream/${fresh}`), { method: 'PUT', headers, body }),
        await request(url(`/stream/${made}?force=true`), { method: 'POST', headers, body }),
        await request(url(`/stream/${made}`), { method: 'PATCH', headers: { ...PARTIAL, ...headers }, body }),
        await request(url(`/v1/stream/${fresh}`), { method: 'PUT', headers: { ...TEXT, ...headers }, body }),
        await request(url(`/v1/stream/${durable}`), {
          method: 'POST',
          headers: { ...TEXT, ...headers },
          body,
        }),
      ]) {
        expect([answer.status, JSON.parse(answer.text).code]).toEqual([415, 'content_encoding_unsupported']);
        expect(answer.headers['accept-encoding']).toBe('identity');
      }
      expect((await request(url(`/stream/${fresh}`))).status).toBe(404);
      for (const id of [made, durable]) expect((await request(url(`/stream/${id}?notail`))).text).toBe('');
    },
  );

  it.each(['identity', 'Identity', 'identity, identity', ' '])(
    'a body in %j is stored as it is',
    async (coding) => {
      const id = freshId();
      const headers = { 'Content-Encoding': coding };
      expect((await request(url(`/stream/${id}`), { method: 'POST', headers, body: 'plain' })).status).toBe(
        201,
      );
      expect((await request(url(`/stream/${id}`))).text).toBe('plain');
    },
  );
});

describe('a Content-Encoding on a relay', () => {
  const loom = withLoom({ store: 'memory:' });
  const body = gzipSync('some text');
  const post = (path: string, coding: string) =>
    request(loom.url(path), { method: 'POST', headers: { 'Content-Encoding': coding }, body });
  const made = async (): Promise<string> => {
    const { text } = await request(loom.url('/rendezvous/stream'), { method: 'POST' });
    return `/rendezvous/stream/${JSON.parse(text).stream}`;
  };
  const allocated = async (): Promise<string> =>
    String((await request(loom.url('/cama/session'), { method: 'PUT' })).headers.location);

  it('a relay refuses a coded body at once, because it does not pass the header on', async () => {
    const paths = ['/channels/coded/c', await allocated(), '/rendezvous/stream', `${await made()}/error`];
    for (const path of paths) {
      const answer = await post(path, 'gzip');
      expect([path, answer.status, JSON.parse(answer.text).code]).toEqual([
        path,
        415,
        'content_encoding_unsupported',
      ]);
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
    expect((await request(loom.url('/channels/coded'))).status).toBe(404);
  });

  it('a relay accepts a Content-Encoding of identity', async () => {
    const sent = post('/channels/plain/c', 'identity');
    expect((await request(loom.url('/channels/plain/c'))).body).toEqual(body);
    expect((await sent).status).toBe(200);
  });
});

describe('Transfer-Encoding', () => {
  const loom = withLoom({ store: 'memory:' });
  const exchange = async (line: string, coding: string): Promise<string> => {
    const connection = await RawConnection.open(loom.process().port);
    const head = `${line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: ${coding}\r\n\r\n`;
    connection.send(`${head}3\r\nabc\r\n0\r\n\r\n`);
    return connection.whole();
  };

  describe.each([
    ['gzip, chunked', 501, 'transfer_encoding_unsupported'],
    ['GZip , Chunked', 501, 'transfer_encoding_unsupported'],
    ['deflate,chunked', 501, 'transfer_encoding_unsupported'],
    ['unheard-of, chunked', 501, 'transfer_encoding_unsupported'],
    ['gzip', 501, 'transfer_encoding_unsupported'],
    ['identity', 400, 'http_malformed'],
    ['chunked, gzip', 400, 'http_malformed'],
    ['chunked, chunked', 400, 'http_malformed'],
  ])('%s', (coding, status, errorCode) => {
    it.each([
      'POST /stream/t',
      'PUT /stream/t',
      'PATCH /stream/t',
      'PUT /v1/stream/t',
      'POST /v1/stream/t',
      'POST /channels/a/b',
      'PUT /rendezvous/stream/x',
      'PUT /cama/session',
      'POST /packets/',
      'GET /stream/t',
      'GET /nowhere',
    ])(`%s is refused with ${status}, the connection is closed, and no stream is created`, async (line) => {
      const answer = await exchange(line, coding);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/\r\nConnection: close\r\n/i);
      expect(answer).toContain(`"code":"${errorCode}"`);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect((await request(loom.url('/stream/t'))).status).toBe(404);
    });
  });

  it('a body in Chunked is read as one in chunked', async () => {
    const headers = { 'Transfer-Encoding': 'Chunked' };
    expect((await request(loom.url('/stream/c'), { method: 'POST', headers, body: 'abc' })).status).toBe(201);
    expect((await request(loom.url('/stream/c'))).text).toBe('abc');
  });
});
