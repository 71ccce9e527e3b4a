import { eventually } from '../faults/eventually';
import { RawConnection } from '../faults/raw-connection';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';

const HEAD = /^HTTP\/1\.1 (\d{3})/gm;
const HOST = 'Host: localhost\r\n';
const LAST = 'Connection: close\r\n';
const ROUNDS = 20;

onEachStore('a request behind one that changes something on the same connection', ({ url, freshId }) => {
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

  it.each(['POST', 'PUT'])('%s /stream/:id sees the stream, whole and closed', async (method) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = `/stream/${freshId()}`;
      const answers = await exchange(send(`${method} ${path}`, 'content') + get(path, LAST));
      expect(statuses(answers)).toEqual(['201', '200']);
      expect(answers).toMatch(/X-Stream-State: closed; outcome=complete\r\n.*\r\n\r\ncontent$/is);
    }
  });

  it('DELETE sees that the stream is gone, on both wires', async () => {
    for (const wire of ['/stream/', '/v1/stream/']) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const path = wire + freshId();
        await request(url(path), { method: 'PUT', headers: { 'Content-Type': 'text/plain' }, body: 'x' });
        const answers = await exchange(send(`DELETE ${path}`, '') + get(path, LAST));
        expect(statuses(answers)).toEqual(['204', '404']);
      }
    }
  });

  it('PATCH sees its offset', async () => {
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

  it('PUT and POST of /v1/stream are seen in their order, and so is what they hold', async () => {
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

  it('waits, and so do all that come after it, however many they are', async () => {
    const path = `/stream/${freshId()}`;
    const many = 30;
    const answers = await exchange(send(`POST ${path}`, 'x\n') + get(path).repeat(many) + get(path, LAST));
    expect(statuses(answers)).toEqual(['201', ...Array.from({ length: many + 1 }, () => '200')]);
  });

  it('starts though the answer to that one waits behind a tail, which it ends', async () => {
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

  it('of a relay waits as well', async () => {
    const path = `/channels/n/${freshId()}`;
    const connection = await RawConnection.open(Number(new URL(url('')).port));
    connection.send(send(`POST ${path}`, 'for somebody') + get('/channels/n', LAST));
    expect((await request(url(path))).text).toBe('for somebody');
    // The channel is gone with its last message: the list is asked for only then.
    expect(statuses(await connection.whole())).toEqual(['200', '404']);
  });

  it('is not handled when the connection closes before its turn', async () => {
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
