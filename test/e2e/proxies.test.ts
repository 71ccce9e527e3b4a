import { request } from '../support/http';
import { withLoom } from './with-loom';

const FORWARDED = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' };

describe('behind a proxy that is listed in trustProxy', () => {
  const { url, process } = withLoom({ store: 'memory:', config: 'trustProxy: [127.0.0.0/8]' });

  it('the log line of a request has the address of the client, on every wire', async () => {
    for (const path of ['/stream/one', '/v1/stream/one', '/rendezvous/stream/one', '/healthz', '/nowhere']) {
      await request(url(path), { headers: { ...FORWARDED, 'X-Request-Id': `id-${path.length}` } });
      await process().logged(`"requestId":"id-${path.length}","client":"203.0.113.9"`);
    }
  });

  it('the address of a new stream has the scheme of the client', async () => {
    const options = { method: 'PUT', headers: { ...FORWARDED, 'Content-Type': 'text/plain' } };
    const { headers } = await request(url('/v1/stream/placed'), options);
    expect(headers['location']).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/v1\/stream\/placed$/);
  });

  it('a secure session of cama admits the guest whose address the proxy says, and no other', async () => {
    const session = await request(url('/cama/session'), { method: 'PUT', headers: { 'X-Type': 'secure' } });
    const Cookie = String(session.headers['set-cookie']?.[0]).split(';', 1)[0] ?? '';
    const path = url(`${session.headers['location']}?timeout=0.001`);
    await request(path, { method: 'PUT', headers: { Cookie, 'X-Peer-Address': '203.0.113.9' } });
    expect((await request(path, { headers: FORWARDED })).status).toBe(504);
    expect((await request(path, { headers: { 'X-Forwarded-For': '203.0.113.10' } })).status).toBe(403);
    const forged = { 'X-Forwarded-For': '203.0.113.9, 203.0.113.10' };
    expect((await request(path, { headers: forged })).status).toBe(403);
  });
});

describe('without trusted proxies', () => {
  const { url, process } = withLoom({ store: 'memory:' });

  it('the log line of a request has the address of its peer', async () => {
    await request(url('/stream/one'), { headers: { ...FORWARDED, 'X-Request-Id': 'forged' } });
    await process().logged('"requestId":"forged","client":"127.0.0.1"');
  });
});
