import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call, CallOptions } from './call';
import { onEachDeployment, type Site } from './deployments';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('cama', () => {
  onEachDeployment('cama', (site) => {
    itAllocates(site);
    itRelays(site);
    itTimesOut(site);
    itCounts(site);
    itSecures(site);
    itDeallocates(site);
  });
});

interface Session {
  readonly path: string;
  readonly cookie: string;
  host(method: string, options?: Omit<CallOptions, 'method'>): Call;
  guest(method: string, options?: Omit<CallOptions, 'method'>): Call;
}

async function allocate(site: Site, headers = {}): Promise<Session> {
  const answer = await site.call('/cama/session', { method: 'PUT', body: '', headers }).answer();
  const path = String(answer.headers.location);
  const cookie = String(answer.headers['set-cookie']?.[0]).split(';', 1)[0] ?? '';
  return {
    path,
    cookie,
    host: (method, options = {}) =>
      site.call(path, { ...options, method, headers: { ...options.headers, Cookie: cookie } }),
    guest: (method, options = {}) => site.call(path, { ...options, method }),
  };
}

function itAllocates(site: Site): void {
  it('each allocated session has its own location and token', async () => {
    const answer = await site.call('/cama/session', { method: 'PUT', body: '' }).answer();
    expect([answer.status, answer.text, answer.headers['x-type']]).toEqual([201, '', 'basic']);
    const { location } = answer.headers;
    expect(location).toMatch(/^\/cama\/session\/[\w-]{20,}$/);
    const [, path, expires] =
      /^token="[\w-]{20,}"; Path=(\S+); Expires=([^;]+); HttpOnly; SameSite=Strict$/.exec(
        answer.headers['set-cookie']?.[0] ?? '',
      ) ?? [];
    expect(path).toBe(location);
    expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now() + 60_000);
    const [one, other] = [await allocate(site), await allocate(site)];
    expect([one.path, one.cookie]).not.toEqual([other.path, other.cookie]);
    const secure = await site.call('/cama/session?secure=true', { method: 'PUT', body: '' }).answer();
    expect(secure.headers['x-type']).toBe('secure');
  });

  it('an unknown session gets 404', async () => {
    const answer = await site.call('/cama/session/unknown').answer();
    expect(answer.status).toBe(404);
    expect(answer.headers['set-cookie']?.[0]).toContain('1970');
    expect(await site.call('/cama/session').status()).toBe(405);
    expect(await site.call('/cama/elsewhere').status()).toBe(404);
  });
}

function itRelays(site: Site): void {
  it('a waiting host gets the message of a guest', async () => {
    const session = await allocate(site);
    const host = await session.host('GET', { headers: { 'Content-Length': '0' } }).waits();
    const sent = await session
      .guest('POST', { body: 'Hello', headers: { 'Content-Type': 'text/plain' } })
      .answer();
    const received = await host.answer();
    expect([received.status, received.text]).toEqual([200, 'Hello']);
    expect(received.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '5',
      server: 'cama/1.0',
    });
    expect([sent.status, sent.text]).toEqual([200, '']);
    expect(sent.headers).toMatchObject({
      'x-bytes-delivered': '5',
      'x-bytes-relayed': '5',
      'content-length': '0',
    });
  });

  it('a guest gets the message of a waiting host', async () => {
    const session = await allocate(site);
    const type = 'text/plain; charset="utf-8"; x=y';
    const host = await session.host('POST', { body: 'Hi', headers: { 'Content-Type': type } }).waits();
    const received = await session.guest('GET').answer();
    expect([received.text, received.headers['content-type']]).toEqual(['Hi', type]);
    expect(await host.status()).toBe(200);
    const untyped = session.host('POST', { body: 'Hi' });
    expect((await session.guest('GET').headers())['content-type']).toBeUndefined();
    await untyped.answer();
  });

  it('the two directions of a session are independent', async () => {
    const session = await allocate(site);
    const [hostGet, hostPost] = [session.host('GET'), session.host('POST', { body: 'from host' })];
    await Promise.all([hostGet.waits(), hostPost.waits()]);
    expect(await session.guest('POST', { body: 'from guest' }).status()).toBe(200);
    expect((await session.guest('GET').answer()).text).toBe('from host');
    expect((await hostGet.answer()).text).toBe('from guest');
    expect(await hostPost.status()).toBe(200);
  });

  it('messages arrive in order, and only in their session', async () => {
    const [session, other] = [await allocate(site), await allocate(site)];
    const stranger = site.call(session.path, { headers: { Cookie: other.cookie } });
    await stranger.waits();
    for (const text of ['1', '2', '3', '4', '5']) {
      const sending = session.guest('POST', { body: text });
      expect((await session.host('GET').answer()).text).toBe(text);
      expect(await sending.status()).toBe(200);
    }
    await stranger.waits();
    expect(await session.host('POST', { body: 'for a guest' }).status()).toBe(200);
    expect((await stranger.answer()).text).toBe('for a guest');
  });

  it('a second receiver gets 409', async () => {
    const session = await allocate(site);
    const first = await session.host('GET').waits();
    const second = await session.host('GET').answer();
    expect([second.status, second.text]).toEqual([409, 'there can be only one receiver at a time']);
    await session.guest('POST', { body: 'x' }).answer();
    expect((await first.answer()).text).toBe('x');
  });

  it('large and empty messages arrive whole', async () => {
    const session = await allocate(site);
    const body = randomBytes(2 * 1024 * 1024);
    const sending = session.host('POST', { body });
    const received = await session.guest('GET').answer();
    expect([sha256(received.body), received.headers['content-length']]).toEqual([
      sha256(body),
      String(body.length),
    ]);
    expect((await sending.headers())['x-bytes-delivered']).toBe(String(body.length));
    const empty = session.host('POST', { body: '' });
    expect((await session.guest('GET').answer()).text).toBe('');
    expect((await empty.headers())['x-bytes-delivered']).toBe('0');
  });

  it('each chunk arrives before the next one is sent', async () => {
    const session = await allocate(site);
    const receiving = session.guest('GET');
    const sending = session.host('POST', { headers: { 'Content-Type': 'application/binary' } });
    let total = 0;
    for (const bytes of [0x138, 0x138, 0x4b]) {
      await sending.write(Buffer.alloc(bytes, '.'));
      total += bytes;
      await receiving.until(total);
    }
    sending.end();
    const { headers, body } = await receiving.answer();
    expect([headers['transfer-encoding'], body.length]).toEqual(['chunked', 699]);
    expect((await sending.headers())['x-bytes-relayed']).toBe('699');
  });
}

function itTimesOut(site: Site): void {
  const soon = { 'X-Timeout': '0.5' };

  it('a waiting receiver times out with 504, and one that left takes no message', async () => {
    const session = await allocate(site);
    const began = performance.now();
    const answer = await session.host('GET', { headers: soon }).answer();
    expect([answer.status, answer.text]).toEqual([504, '']);
    expect(performance.now() - began).toBeGreaterThan(450);
    const killed = await session.host('GET').waits();
    await killed.leave();
    const sending = await session.guest('POST', { body: 'kept' }).waits();
    expect((await session.host('GET').answer()).text).toBe('kept');
    expect(await sending.status()).toBe(200);
  });

  it('a waiting sender times out with 504, and its message is not delivered', async () => {
    const session = await allocate(site);
    expect(await session.guest('POST', { body: 'late', headers: soon }).status()).toBe(504);
    const receiving = await session.host('GET').waits();
    await session.guest('POST', { body: 'fresh' }).answer();
    expect((await receiving.answer()).text).toBe('fresh');
  });

  it('a transfer that has begun does not time out', async () => {
    const session = await allocate(site);
    // Long enough for both to meet on a machine with other work.
    const timeout = { 'X-Timeout': '6' };
    const receiving = session.guest('GET', { headers: timeout });
    const sending = session.host('POST', { headers: timeout });
    await sending.write('slow ');
    await receiving.until(5);
    await delay(6_200);
    sending.end('but whole');
    expect((await receiving.answer()).text).toBe('slow but whole');
    expect(await sending.status()).toBe(200);
  });

  it.each(['abc', '-1', '', '0'])('an X-Timeout of "%s" causes no early timeout', async (value) => {
    const session = await allocate(site);
    const call = await session.guest('GET', { headers: { 'X-Timeout': value } }).waits();
    await call.leave();
  });
}

function itCounts(site: Site): void {
  it('a sender gets the number of bytes delivered to a receiver that left', async () => {
    const session = await allocate(site);
    const receiving = session.guest('GET');
    const sending = session.host('POST');
    await sending.write('first');
    await receiving.until(5);
    await receiving.leave();
    const writing = setInterval(() => void sending.write('x'.repeat(21)).catch(() => {}), 20);
    const answer = await sending.head();
    clearInterval(writing);
    expect([answer.statusCode, answer.headers['x-bytes-delivered']]).toEqual([200, '5']);
    const next = session.host('POST', { body: 'next' });
    expect((await session.guest('GET').answer()).text).toBe('next');
    await next.answer();
  });

  it('a receiver gets a regular end if its sender leaves between chunks', async () => {
    const session = await allocate(site);
    const receiving = session.guest('GET');
    const sending = session.host('POST');
    await sending.write('first');
    await receiving.until(5);
    await sending.leave();
    expect((await receiving.answer()).text).toBe('first');
  });

  it('a receiver is cut if its sender leaves before its Content-Length', async () => {
    const session = await allocate(site);
    const receiving = session.guest('GET');
    const sending = session.host('POST', { headers: { 'Content-Length': '100' } });
    await sending.write('first');
    await receiving.until(5);
    await sending.leave();
    expect(await receiving.over()).toBe(false);
  });

  it('a receiver keeps waiting if its sender leaves before the first byte', async () => {
    const session = await allocate(site);
    const receiving = await session.guest('GET').waits();
    const sending = await session.host('POST').waits();
    await sending.leave();
    await receiving.waits();
    await session.host('POST', { body: 'x' }).answer();
    expect((await receiving.answer()).text).toBe('x');
  });

  it('a sender gets its answer once a slow receiver has all bytes', async () => {
    const session = await allocate(site);
    const body = randomBytes(24 * 1024 * 1024);
    const sending = session.host('POST', { body });
    const receiving = session.guest('GET');
    (await receiving.head()).pause();
    await sending.waits();
    receiving.resume();
    expect(sha256((await receiving.answer()).body)).toBe(sha256(body));
    expect((await sending.headers())['x-bytes-relayed']).toBe(String(body.length));
  });
}

function itSecures(site: Site): void {
  const secure = { 'X-Type': 'secure' };
  const permit = (session: Session, address: string): Call =>
    session.host('PUT', { body: '', headers: { 'X-Peer-Address': address } });

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '::1', 'localhost'])(
    'a secure session admits a permitted guest at %s',
    async (address) => {
      const session = await allocate(site, secure);
      expect(await session.guest('GET').status()).toBe(403);
      expect(await session.guest('POST', { body: 'x' }).status()).toBe(403);
      expect(await permit(session, address).status()).toBe(200);
      const sending = session.host('POST', { body: 'secret' });
      expect((await session.guest('GET').answer()).text).toBe('secret');
      await sending.answer();
    },
  );

  it('a secure session refuses other guests, even with forged headers', async () => {
    const session = await allocate(site, secure);
    expect(await permit(session, '203.0.113.9').status()).toBe(200);
    const forged = { 'X-Peer-Address': '203.0.113.9', 'X-Forwarded-For': '203.0.113.9' };
    expect(await session.guest('GET', { headers: forged }).status()).toBe(403);
    expect(await session.guest('POST', { headers: forged, body: 'x' }).status()).toBe(403);
    const host = await session.host('GET').waits();
    await host.leave();
  });

  it('only the host can permit guests, and only by address', async () => {
    const session = await allocate(site, secure);
    const other = await allocate(site);
    const headers = { 'X-Peer-Address': '127.0.0.1' };
    expect(await session.guest('PUT', { body: '', headers }).status()).toBe(403);
    const withOther = { ...headers, Cookie: other.cookie };
    expect(await site.call(session.path, { method: 'PUT', body: '', headers: withOther }).status()).toBe(403);
    expect(await session.guest('GET').status()).toBe(403);
    for (const address of ['', 'nobody', '300.1.1.1'])
      expect(await permit(session, address).status()).toBe(400);
    expect(await permit(session, '203.0.113.9').status()).toBe(200);
    expect(await permit(session, '127.0.0.1').status()).toBe(200);
    const guest = await session.guest('GET').waits();
    await guest.leave();
  });
}

function itDeallocates(site: Site): void {
  it('a deallocated session ends its waiting requests with 410', async () => {
    const session = await allocate(site);
    expect(await session.guest('DELETE').status()).toBe(403);
    const receiving = session.host('GET');
    const sending = session.host('POST', { body: 'never delivered' });
    await Promise.all([receiving.waits(), sending.waits()]);
    const removed = await session.host('DELETE').answer();
    expect(removed.status).toBe(200);
    expect(removed.headers['set-cookie']?.[0]).toContain(`Path=${session.path}; Expires=Thu, 01 Jan 1970`);
    expect([await receiving.status(), await sending.status()]).toEqual([410, 410]);
    expect(await session.guest('GET').status()).toBe(404);
  });

  it('a deallocated session ends a matched pair without bytes with 410', async () => {
    const session = await allocate(site);
    const receiving = await session.host('GET').waits();
    const sending = await session.guest('POST', { headers: { 'Content-Length': '5' } }).waits();
    expect(await session.host('DELETE').status()).toBe(200);
    expect([await receiving.status(), await sending.status()]).toEqual([410, 410]);
  });

  it('a transfer that has begun completes after its session is deallocated', async () => {
    const session = await allocate(site);
    const receiving = session.host('GET');
    const sending = session.guest('POST');
    await sending.write('on ');
    await receiving.until(3);
    expect(await session.host('DELETE').status()).toBe(200);
    sending.end('and on');
    expect((await receiving.answer()).text).toBe('on and on');
    expect(await sending.status()).toBe(200);
  });
}
