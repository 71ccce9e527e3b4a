import { eventually } from '../faults/eventually';
import { RawConnection } from '../faults/raw-connection';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';

/** Behind a body without a line feed it does not begin a line. */
const HEAD = /HTTP\/1\.1 (\d{3})/g;
const HOST = 'Host: localhost\r\n';
const LAST = 'Connection: close\r\n';
const ROUNDS = 20;
/** More than waits in a socket, or is read from a store at once. */
const MANY_BYTES = 3_000_000;

onEachStore('pipelined requests on one connection', ({ url, freshId }) => {
  const exchange = async (text: string): Promise<string> => {
    const connection = await RawConnection.open(Number(new URL(url('')).port));
    connection.send(text);
    return connection.whole();
  };
  const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\n${HOST}${more}\r\n`;
  const send = (line: string, body: string, more = ''): string =>
    `${line} HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${more}\r\n${body}`;
  const statuses = (answers: string): readonly (string | undefined)[] =>
    [...answers.matchAll(HEAD)].map(([, status]) => status);

  it.each(['POST', 'PUT'])(
    'a GET behind %s /stream/:id gets the stream, whole and closed',
    async (method) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const path = `/stream/${freshId()}`;
        const answers = await exchange(send(`${method} ${path}`, 'content') + get(path, LAST));
        expect(statuses(answers)).toEqual(['201', '200']);
        expect(answers).toMatch(/X-Stream-State: closed; outcome=complete\r\n.*\r\n\r\ncontent$/is);
      }
    },
  );

  it('a GET behind DELETE gets 404, on both wires', async () => {
    for (const wire of ['/stream/', '/v1/stream/']) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const path = wire + freshId();
        await request(url(path), { method: 'PUT', headers: { 'Content-Type': 'text/plain' }, body: 'x' });
        const answers = await exchange(send(`DELETE ${path}`, '') + get(path, LAST));
        expect(statuses(answers)).toEqual(['204', '404']);
      }
    }
  });

  it('a HEAD behind PATCH has the new offset', async () => {
    const patch = 'Content-Type: application/partial-upload\r\nUpload-Offset: 2\r\nUpload-Complete: ?0\r\n';
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = `/stream/${freshId()}`;
      await request(url(path), { method: 'POST', headers: { 'Upload-Complete': '?0' }, body: 'ab' });
      const answers = await exchange(
        `${send(`PATCH ${path}`, 'cde', patch)}HEAD ${path} HTTP/1.1\r\n${HOST}${LAST}\r\n`,
      );
      expect(statuses(answers)).toEqual(['204', '200']);
      expect(answers.match(/Upload-Offset: \d+/gi)).toEqual(['Upload-Offset: 5', 'Upload-Offset: 5']);
    }
  });

  it('PUT, POST and GET of /v1/stream are handled in their order', async () => {
    const text = 'Content-Type: text/plain\r\n';
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = `/v1/stream/${freshId()}`;
      const answers = await exchange(
        send(`PUT ${path}`, '', text) +
          send(`POST ${path}`, 'one ', text) +
          send(`POST ${path}`, 'two', text) +
          get(`${path}?offset=-1`, LAST),
      );
      expect(statuses(answers)).toEqual(['201', '204', '204', '200']);
      expect(answers.endsWith('\r\n\r\none two')).toBe(true);
    }
  });

  it('all requests behind a POST wait for it, however many they are', async () => {
    const path = `/stream/${freshId()}`;
    const many = 30;
    const answers = await exchange(send(`POST ${path}`, 'x\n') + get(path).repeat(many) + get(path, LAST));
    expect(statuses(answers)).toEqual(['201', ...Array.from({ length: many + 1 }, () => '200')]);
  });

  it('an append behind a tail is handled before its turn to answer, and ends the tail', async () => {
    for (const wire of ['/stream/', '/v1/stream/']) {
      const id = freshId();
      const path = `/v1/stream/${id}`;
      const text = 'Content-Type: text/plain\r\n';
      await request(url(path), { method: 'PUT', headers: { 'Content-Type': 'text/plain' } });
      const answers = await exchange(
        get(wire === '/stream/' ? wire + id : `${path}?offset=-1&live=sse`) +
          send(`POST ${path}`, 'one ', text) +
          send(`POST ${path}`, 'two', `${text}Stream-Closed: true\r\n${LAST}`),
      );
      expect(statuses(answers)).toEqual(['200', '204', '204']);
      expect(answers).toMatch(/one .*two/s);
    }
  });

  it('the reads before a DELETE get the whole stream, on both wires', async () => {
    for (const wire of ['/stream/', '/v1/stream/']) {
      for (const [rounds, body] of [
        [ROUNDS, 'x'],
        [2, 'x'.repeat(MANY_BYTES)],
      ] as const) {
        for (let round = 0; round < rounds; round += 1) {
          const path = wire + freshId();
          const headers = { 'Content-Type': 'text/plain', 'Stream-Closed': 'true' };
          await request(url(path), { method: 'PUT', headers, body });
          const head = `HEAD ${path} HTTP/1.1\r\n${HOST}\r\n`;
          const answers = await exchange(get(path) + head + get(path) + send(`DELETE ${path}`, '', LAST));
          expect(statuses(answers)).toEqual(['200', '200', '200', '204']);
          expect(answers.split(`\r\n\r\n${body}`).length).toBe(3);
        }
      }
    }
  });

  it.each([
    ['a tail', '/stream/', '', ''],
    ['events', '/stream/', '', 'Accept: text/event-stream\r\n'],
    ['events of /v1/stream', '/v1/stream/', '?offset=-1&live=sse', ''],
  ])('DELETE lets %s before it get everything in the stream', async (_what, wire, query, more) => {
    const id = freshId();
    const line = `${'~'.repeat(99)}\n`;
    const headers = { 'Content-Type': 'text/plain' };
    await request(url(`/v1/stream/${id}`), { method: 'PUT', headers, body: line.repeat(MANY_BYTES / 100) });
    const answers = await exchange(get(wire + id + query, more) + send(`DELETE ${wire}${id}`, '', LAST));
    expect(statuses(answers)).toEqual(['200', '204']);
    expect(answers.split('~').length - 1).toBe((MANY_BYTES / 100) * 99);
  });

  it('a read before a PUT with force=true gets the old bytes', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = `/stream/${freshId()}`;
      await request(url(path), { method: 'PUT', body: 'before' });
      const answers = await exchange(get(path) + send(`PUT ${path}?force=true`, 'after', LAST));
      expect(statuses(answers)).toEqual(['200', '201']);
      expect(answers).toContain('\r\n\r\nbefore');
    }
  });

  it('an append behind a tail and a large read is handled at once and ends the tail', async () => {
    const [tail, large] = [freshId(), freshId()];
    const text = { 'Content-Type': 'text/plain' };
    await request(url(`/v1/stream/${tail}`), { method: 'PUT', headers: text });
    await request(url(`/stream/${large}`), { method: 'PUT', body: 'x'.repeat(MANY_BYTES) });
    const end = `Content-Type: text/plain\r\nStream-Closed: true\r\n${LAST}`;
    const answers = await exchange(
      get(`/stream/${tail}`) + get(`/stream/${large}`) + send(`POST /v1/stream/${tail}`, 'the end', end),
    );
    expect(statuses(answers)).toEqual(['200', '200', '204']);
    expect(answers.includes('x'.repeat(MANY_BYTES))).toBe(true);
  });

  it('a request is handled although the request that waits for it is in front of it', async () => {
    const polled = `/v1/stream/${freshId()}`;
    const text = 'Content-Type: text/plain\r\n';
    await request(url(polled), { method: 'PUT', headers: { 'Content-Type': 'text/plain' } });
    const poll = get(`${polled}?offset=now&live=long-poll`);
    const spied = get('/spy?from=start');
    const message = `/channels/p/${freshId()}`;
    const { stream } = JSON.parse((await request(url('/rendezvous/stream'), { method: 'POST' })).text);
    for (const [waits, answers] of [
      [poll, send(`POST ${polled}`, 'polled', text)],
      [get(message), send(`POST ${message}`, 'message')],
      [get(`/rendezvous/stream/${stream}`), send(`PUT /rendezvous/stream/${stream}`, 'met')],
      [spied, send(`POST ${polled}`, 'spied\n', text)],
    ] as const) {
      const connection = await RawConnection.open(Number(new URL(url('')).port));
      connection.send(waits + answers);
      await connection.until(answers.split('\r\n\r\n')[1] ?? '?');
      connection.close();
    }
  });

  it('a list of channels behind a producer waits until the producer is answered', async () => {
    const path = `/channels/n/${freshId()}`;
    const connection = await RawConnection.open(Number(new URL(url('')).port));
    connection.send(send(`POST ${path}`, 'for somebody') + get('/channels/n', LAST));
    expect((await request(url(path))).text).toBe('for somebody');
    // The channel is gone with its last message: the list is asked for only then.
    expect(statuses(await connection.whole())).toEqual(['200', '404']);
  });

  it('a request is not handled if the connection closes before its turn', async () => {
    const [waiting, victim] = [`/channels/m/${freshId()}`, `/stream/${freshId()}`];
    await request(url(victim), { method: 'POST', body: 'alive' });
    const connection = await RawConnection.open(Number(new URL(url('')).port));
    connection.send(send(`POST ${waiting}`, 'x') + send(`DELETE ${victim}`, ''));
    const isListed = async (): Promise<boolean> => (await request(url('/channels/m'))).status === 200;
    await eventually('the producer waits', isListed);
    connection.close();
    await eventually('the producer has left', async () => !(await isListed()));
    expect((await request(url(victim))).text).toBe('alive');
  });
});
