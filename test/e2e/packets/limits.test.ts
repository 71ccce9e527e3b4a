import { once } from 'node:events';
import { connect } from 'node:net';
import { Producer, request } from '../../support/http';
import { fastestOf } from './fastest-of';
import { PacketClient } from './packet-client';
import { LONG_POLL_MS, Stage } from './stage';

describe('the limits of the packet proxy', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({
      store: 'memory',
      settings: '  packetBytes: 1KiB\n  headerBytes: 100B\n  upstreamBuffer: 2\n  clients: 6',
    });
  });
  afterAll(() => stage.close());
  afterEach(() => stage.reset());

  it('a packet that is too long is refused, with and without a Content-Length', async () => {
    const client = await PacketClient.logIn(stage);
    expect((await client.send('x'.repeat(1024))).status).toBe(200);
    expect((await client.send('x'.repeat(1025))).status).toBe(413);
    const chunked = new Producer(stage.url('/'), { headers: client.authorization });
    await chunked.write('x'.repeat(2000));
    expect((await chunked.answer).status).toBe(413);
    chunked.destroy();
    const login = await request(stage.url('/auth'), { method: 'POST', body: 'x'.repeat(1025) });
    expect(login.status).toBe(413);
  });

  it('a packet with a Content-Encoding is refused, because the proxy does not pass it on', async () => {
    const client = await PacketClient.logIn(stage);
    const refused = await client.send('x', { 'Content-Encoding': 'gzip' });
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([415, 'content_encoding_unsupported']);
  });

  it('X- headers that are too long are refused with 431, and other headers are not', async () => {
    const client = await PacketClient.logIn(stage);
    expect((await client.poll({ 'X-Long': 'x'.repeat(101) })).status).toBe(431);
    expect((await client.poll({ Other: 'x'.repeat(101) })).status).toBe(200);
  });

  it('a packet waits for space in the queue, and is refused with 503 if there is none', async () => {
    const client = await PacketClient.logIn(stage);
    await stage.upstream.down();
    const kept = await Promise.all([client.send('1'), client.send('2')]);
    expect(kept.map(({ status }) => status)).toEqual([200, 200]);
    const started = performance.now();
    expect((await client.send('3')).status).toBe(503);
    expect(performance.now() - started).toBeGreaterThanOrEqual(LONG_POLL_MS - 50);
    const patient = client.send('4');
    await stage.upstream.up();
    // A machine with other work may not get to the packets before this one within the time that it waits.
    for (let answer = await patient; answer.status !== 200; answer = await client.send('4'))
      expect(answer.status).toBe(503);
    await stage.upstream.until(({ text }) => text === '4');
    expect(stage.upstream.packets.some(({ text }) => text === '3')).toBe(false);
  });

  it('a login fails without a client id, without a token and without an upstream', async () => {
    const { upstream } = stage;
    const logIn = () => request(stage.url('/auth'), { method: 'POST', body: 'x' });
    upstream.handle = () => ({ body: 'a token' });
    expect((await logIn()).status).toBe(500);
    upstream.handle = () => ({ headers: { 'Client-Id': 'c' } });
    expect((await logIn()).status).toBe(500);
    await upstream.down();
    expect((await logIn()).status).toBe(502);
    await upstream.up();
  });

  it('a login beyond the limit of clients is refused, and a known client may log in again', async () => {
    const statuses = [];
    for (let i = 0; i < 7; i += 1) {
      statuses.push((await request(stage.url('/auth'), { method: 'POST', body: `one of many ${i}` })).status);
    }
    expect(statuses).toContain(503);
    expect((await request(stage.url('/auth'), { method: 'POST', body: 'one of many 0' })).status).toBe(200);
  });

  it.each([
    ['GET', '/', 405],
    ['PUT', '/auth', 405],
    ['POST', '/other', 404],
    ['POST', '/constructor', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    expect((await request(stage.url(path), { method })).status).toBe(status);
  });

  it('a client that closes its side of the connection is answered at once', async () => {
    stage.upstream.handle = ({ headers, text }) =>
      headers['type'] === 'Auth'
        ? { headers: { 'Client-Id': 'one of many 0' }, body: `token ${text}` }
        : undefined;
    await request(stage.url('/auth'), { method: 'POST', body: 'half' });
    const { hostname, port } = new URL(stage.url('/'));
    const { fastest, answer } = await fastestOf(5, async () => {
      const socket = connect(Number(port), hostname);
      socket.end(
        'POST /packets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token half\r\nContent-Length: 0\r\n\r\n',
      );
      let said = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await once(socket, 'close');
      return said;
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(fastest).toBeLessThan(LONG_POLL_MS);
  });
});

it('the packet proxy without an upstream refuses logins and names packets.upstreams', async () => {
  const stage = await Stage.open({ store: 'memory', settings: '  enabled: true', upstreams: 'none' });
  try {
    const answer = await request(stage.url('/auth'), { method: 'POST', body: 'x' });
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text).error).toContain('packets.upstreams');
  } finally {
    await stage.close();
  }
});
