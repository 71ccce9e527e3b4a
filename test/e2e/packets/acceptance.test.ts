import http from 'node:http';
import { request } from '../../support/http';
import { fastestOf } from './fastest-of';
import { PacketClient } from './packet-client';
import { LONG_POLL_MS, onEachStage } from './stage';
import type { Received } from './upstream-server';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const isFrom = (client: PacketClient) => (received: Received) => received.headers.from === client.id;

onEachStage('the packet proxy', (stage) => {
  /** Makes the upstream send these packets to `to`, and resolves when the proxy has them. */
  const push = async (to: PacketClient, bodies: readonly string[], more = {}): Promise<void> => {
    const { upstream } = stage();
    const waiting = [...bodies];
    let isTaken = (): void => {};
    const taken = new Promise<void>((resolve) => {
      isTaken = resolve;
    });
    upstream.handle = ({ headers }) => {
      if (headers['type'] !== 'Packet' || headers.from !== undefined) return undefined;
      const body = waiting.shift();
      // An empty poll after the last packet: the proxy has stored the answer before it.
      if (body === undefined) isTaken();
      return body === undefined ? undefined : { headers: { ...more, To: to.id }, body };
    };
    await taken;
    upstream.handle = () => undefined;
  };

  it.each([
    ['/auth', 'Auth'],
    ['/register', 'Register'],
  ])(
    '%s sends body, permissions and X- headers to the upstream and returns its token',
    async (path, type) => {
      const { upstream } = stage();
      upstream.handle = ({ headers }) =>
        headers['type'] === type
          ? { headers: { 'Client-Id': `c${path}`, 'X-Down': 'd', Secret: 's' }, body: `tökén${path}` }
          : undefined;
      const answer = await request(stage().url(path), {
        method: 'POST',
        headers: {
          Permissions: 'Read,Accept-Debug',
          'X-Up': 'u',
          Type: 'Packet',
          From: 'x',
          'Client-Id': 'y',
        },
        body: ALL_BYTES,
      });
      const received = await upstream.until(({ headers }) => headers['type'] === type);
      expect(received).toMatchObject({ method: 'POST', path: '/endpoint', body: ALL_BYTES });
      expect(received.headers).toMatchObject({ permissions: 'Read,Accept-Debug', 'x-up': 'u' });
      expect(received.headers.from).toBeUndefined();
      expect(received.headers['client-id']).toBeUndefined();
      expect(answer).toMatchObject({ status: 200, text: `tökén${path}` });
      expect(answer.headers['x-down']).toBe('d');
      expect(answer.headers['secret']).toBeUndefined();
      expect(answer.headers['client-id']).toBeUndefined();
      const headers = { Authorization: `Bearer ${Buffer.from(answer.text).toString('latin1')}` };
      expect((await request(stage().url('/'), { method: 'POST', headers })).status).toBe(200);
    },
  );

  it.each([401, 403])('a refusal with %i reaches the client, and its body is not a token', async (status) => {
    stage().upstream.handle = () => ({ status, headers: { 'Client-Id': 'nobody' }, body: 'no-token' });
    const answer = await request(stage().url('/auth'), { method: 'POST', body: 'x' });
    expect(answer).toMatchObject({ status, text: 'no-token' });
    const headers = { Authorization: 'Bearer no-token' };
    expect((await request(stage().url('/'), { method: 'POST', headers })).status).toBe(401);
  });

  it.each([
    ['no token', {}],
    ['an empty token', { Authorization: 'Bearer ' }],
    ['a wrong token', { Authorization: 'Bearer wrong' }],
    ['a token without its scheme', { Authorization: 'wrong' }],
  ])('a packet with %s is refused at once and not sent to the upstream', async (_, headers) => {
    const { fastest, answer } = await fastestOf(5, () =>
      request(stage().url('/'), { method: 'POST', headers, body: 'packet' }),
    );
    expect(answer.status).toBe(401);
    expect(fastest).toBeLessThan(LONG_POLL_MS);
    expect(stage().upstream.packets).toEqual([]);
  });

  it('a packet of any bytes reaches the upstream, and its answer comes back on the same request', async () => {
    const client = await PacketClient.logIn(stage());
    stage().upstream.handle = ({ headers, body }) =>
      headers.from === client.id
        ? { headers: { To: client.id }, body: Buffer.concat([body, body]) }
        : undefined;
    const { fastest, answer } = await fastestOf(5, () => client.send(ALL_BYTES));
    expect(fastest).toBeLessThan(LONG_POLL_MS);
    expect(answer).toMatchObject({ status: 200, body: Buffer.concat([ALL_BYTES, ALL_BYTES]) });
    expect(answer.headers).toMatchObject({ more: '0' });
    expect(answer.headers.from).toBeUndefined();
    const received = await stage().upstream.until(isFrom(client));
    expect(received).toMatchObject({ method: 'POST', body: ALL_BYTES });
    expect(received.headers).toMatchObject({ type: 'Packet', from: client.id });
    expect(received.headers.authorization).toBeUndefined();
  });

  it('a poll with nothing to fetch gets an empty answer after the poll time', async () => {
    const client = await PacketClient.logIn(stage());
    const started = performance.now();
    const answer = await client.poll();
    expect(performance.now() - started).toBeGreaterThanOrEqual(LONG_POLL_MS - 50);
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['more']).toBe('0');
  });

  it('an answer reaches the client in its To header at once, and not the sender of the packet', async () => {
    const [a, b] = await Promise.all([PacketClient.logIn(stage(), 'a'), PacketClient.logIn(stage(), 'b')]);
    stage().upstream.handle = ({ text }) =>
      text === 'for b' ? { headers: { To: b.id }, body: 'to b' } : undefined;
    const waiting = b.exchange('b is here');
    await stage().upstream.until(isFrom(b));
    const toA = a.send('for b');
    expect((await waiting).text).toBe('to b');
    expect((await toA).text).toBe('');
  });

  it('waiting packets are fetched in order, and More counts the remaining ones', async () => {
    const client = await PacketClient.logIn(stage());
    await push(client, ['1', '2', '3']);
    for (const [body, more] of [
      ['1', '2'],
      ['2', '1'],
      ['3', '0'],
    ]) {
      const answer = await client.poll();
      expect([answer.text, answer.headers['more']]).toEqual([body, more]);
    }
  });

  it('the oldest packets of a client are dropped when there are more than are kept', async () => {
    const client = await PacketClient.logIn(stage());
    await push(
      client,
      Array.from({ length: 20 }, (_, index) => `n${index}`),
    );
    const answer = await client.poll();
    expect([answer.text, answer.headers['more']]).toEqual(['n4', '15']);
  });

  it('a packet from the upstream reaches a client that only polls', async () => {
    const client = await PacketClient.logIn(stage());
    const waiting = client.next();
    await push(client, ['news']);
    expect((await waiting).text).toBe('news');
  });

  it('X- headers keep their names and stay with their packet, however late it is fetched', async () => {
    const client = await PacketClient.logIn(stage());
    const { upstream } = stage();
    upstream.handle = ({ headers }) =>
      headers.from === client.id
        ? { headers: { To: client.id, 'X-Down': 'd', 'x-Content-Length': '7', Server: 's' }, body: 'answer' }
        : undefined;
    const answers = [await client.exchange('packet', { 'X-Up': 'u', Up: 'no' })];
    const received = await upstream.until(isFrom(client));
    expect(received.headers['x-up']).toBe('u');
    expect(received.headers['up']).toBeUndefined();
    await push(client, ['later'], { 'X-Down': 'd', 'x-Content-Length': '7', Server: 's' });
    answers.push(await client.poll());
    expect(answers.map(({ text }) => text)).toEqual(['answer', 'later']);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-down': 'd', 'x-content-length': '7' });
      expect(headers['server']).toBeUndefined();
    }
  });

  it('an upstream that was down gets all packets once and in order, and clients get 200 meanwhile', async () => {
    const client = await PacketClient.logIn(stage());
    const { upstream } = stage();
    await upstream.down();
    for (const body of ['one', 'two'])
      expect(await client.send(body)).toMatchObject({ status: 200, text: '' });
    const third = client.send('three');
    await upstream.up();
    expect((await third).status).toBe(200);
    await upstream.until(() => upstream.packets.filter(isFrom(client)).length === 3);
    const texts = upstream.packets.filter(isFrom(client)).map(({ text }) => text);
    expect(texts).toEqual(['one', 'two', 'three']);
  });

  it('a packet for a client that broke off its poll waits for the next poll', async () => {
    const client = await PacketClient.logIn(stage());
    const req = http.request(stage().url('/'), {
      method: 'POST',
      headers: client.authorization,
      agent: false,
    });
    req.on('error', () => {});
    req.end('I wait');
    await stage().upstream.until(isFrom(client));
    // Not `once` of node:events: it rejects, as the request ends with an error.
    const closed = new Promise((resolve) => req.once('close', resolve));
    req.destroy();
    await closed;
    await push(client, ['kept']);
    expect((await client.next()).text).toBe('kept');
  });

  it('two polls of one client get one packet each', async () => {
    const client = await PacketClient.logIn(stage());
    const polls = [client.next(), client.next()];
    await push(client, ['1', '2']);
    const answers = await Promise.all(polls);
    expect(answers.map(({ text }) => text).sort()).toEqual(['1', '2']);
  });

  it('a login with the same token keeps it valid, and a login with another token replaces it', async () => {
    const client = await PacketClient.logIn(stage());
    const again = await request(stage().url('/auth'), { method: 'POST', body: client.id });
    expect(again.text).toBe(client.token);
    expect((await client.poll()).status).toBe(200);
    stage().upstream.handle = ({ headers }) =>
      headers['type'] === 'Auth'
        ? { headers: { 'Client-Id': client.id }, body: `new-${client.id}` }
        : undefined;
    const other = await request(stage().url('/auth'), { method: 'POST', body: 'x' });
    expect((await client.poll()).status).toBe(401);
    const headers = { Authorization: `Bearer ${other.text}` };
    expect((await request(stage().url('/'), { method: 'POST', headers })).status).toBe(200);
  });

  it.each(['To', 'Debug'])(
    'a %s header sends a packet to a debug server, which can answer, and not to the upstream',
    async (header) => {
      const debug = await PacketClient.logIn(stage(), 'debug', { Permissions: 'Read, Accept-Debug,Write' });
      const client = await PacketClient.logIn(stage());
      const [redirected] = await Promise.all([
        debug.next(),
        client.send('look at this', { [header]: debug.id, 'X-Up': 'u' }),
      ]);
      expect(redirected.text).toBe('look at this');
      expect(redirected.headers).toMatchObject({ from: client.id, 'x-up': 'u', more: '0' });
      const [answer] = await Promise.all([client.next(), debug.send('seen', { To: client.id })]);
      expect(answer.text).toBe('seen');
      expect(answer.headers.from).toBe(debug.id);
      expect(stage().upstream.packets).toEqual([]);
    },
  );

  it('a packet to a client without the permission is dropped', async () => {
    const [a, b] = await Promise.all([PacketClient.logIn(stage(), 'a'), PacketClient.logIn(stage(), 'b')]);
    const [toB, toA] = await Promise.all([b.poll(), a.send('psst', { To: b.id })]);
    expect([toA.status, toA.text, toB.text]).toEqual([200, '', '']);
    expect(stage().upstream.packets).toEqual([]);
  });

  it('the second upstream gets packets and logins while the first is down', async () => {
    const { upstream, spare } = stage();
    await upstream.down();
    await spare.up();
    const client = await PacketClient.logIn(stage());
    spare.handle = ({ headers }) =>
      headers.from === client.id ? { headers: { To: client.id }, body: 'spare' } : undefined;
    expect((await client.exchange('packet')).text).toBe('spare');
    await upstream.up();
  });

  it('a client cannot set the headers that only the proxy sends', async () => {
    const client = await PacketClient.logIn(stage());
    await client.send('x', {
      'X-Type': 'Auth',
      'X-From': 'root',
      Type: 'Auth',
      From: 'root',
      Permissions: 'all',
    });
    const { headers } = await stage().upstream.until(isFrom(client));
    expect(headers).toMatchObject({ type: 'Packet', 'x-type': 'Auth', 'x-from': 'root' });
    expect(headers['permissions']).toBeUndefined();
  });

  it('a packet that the upstream refuses is sent again and does not delay others', async () => {
    const client = await PacketClient.logIn(stage());
    const { upstream } = stage();
    let refusals = 3;
    upstream.handle = ({ text }) => {
      if (text !== 'bad' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 500 };
    };
    await Promise.all([client.send('bad'), client.send('good')]);
    await upstream.until(() => upstream.packets.filter(({ text }) => text === 'bad').length === 4);
    expect(upstream.packets.filter(({ text }) => text === 'good')).toHaveLength(1);
  });

  it('a packet for an unknown client waits until that client logs in', async () => {
    const { upstream } = stage();
    const a = await PacketClient.logIn(stage());
    const id = `${a.id}-unborn`;
    upstream.handle = ({ text }) => (text === 'make' ? { headers: { To: id }, body: 'welcome' } : undefined);
    await a.send('make');
    await upstream.until(({ text }) => text === 'make');
    upstream.handle = ({ headers }) =>
      headers['type'] === 'Auth' ? { headers: { 'Client-Id': id }, body: `token-${id}` } : undefined;
    const { text } = await request(stage().url('/auth'), { method: 'POST', body: 'x' });
    const headers = { Authorization: `Bearer ${text}` };
    let fetched = '';
    while (fetched === '') fetched = (await request(stage().url('/'), { method: 'POST', headers })).text;
    expect(fetched).toBe('welcome');
  });
});
