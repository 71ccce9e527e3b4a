import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Answer, Consumer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const OPEN = { 'Upload-Complete': '?0' };

onEachStore('a Range of an open stream', ({ url, freshId }) => {
  const store = async (body: string): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', headers: OPEN, body });
    return id;
  };
  const append = (id: string, offset: number, body: string): Promise<Answer> => {
    const headers = {
      ...OPEN,
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(offset),
    };
    return request(url(`/stream/${id}`), { method: 'PATCH', headers, body });
  };
  const get = (id: string, headers = {}, query = ''): Promise<Answer> =>
    request(url(`/stream/${id}${query}`), { headers });

  it.each([
    ['bytes=2-4', '234', '2-4'],
    ['bytes=7-', '789', '7-9'],
    ['bytes=-2', '89', '8-9'],
    ['bytes=0-99', '0123456789', '0-9'],
  ])('%s is answered with what is committed now, of an unknown whole', async (range, text, sent) => {
    const answer = await get(await store('0123456789'), { Range: range });
    expect([answer.status, answer.text]).toEqual([206, text]);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${sent}/*`,
      'content-length': String(text.length),
      'x-stream-offset': sent.split('-')[0],
      'x-stream-state': expect.stringMatching(/^(open|interrupted)$/),
      'cache-control': 'no-store, no-transform',
    });
    expect(answer.headers.etag).toBeUndefined();
  });

  it('is refused where nothing is yet, and answered once there is', async () => {
    const id = await store('0123456789');
    const beyond = await get(id, { Range: 'bytes=10-' });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
    await append(id, 10, 'abc');
    expect((await get(id, { Range: 'bytes=10-' })).text).toBe('abc');
  });

  it('counts within the part that a start and a bound select', async () => {
    const id = await store('one\ntwo\nthree\n');
    const answer = await get(id, { Range: 'bytes=1-5' }, '?line=2');
    expect([answer.status, answer.text]).toEqual([206, 'wo\nth']);
    expect(answer.headers).toMatchObject({ 'content-range': 'bytes 1-5/*', 'x-stream-offset': '5' });
    expect(answer.headers['x-stream-line']).toBe('2');
    const third = await get(id, { Range: 'bytes=4-' }, '?line=2');
    expect(third.headers).toMatchObject({
      'x-stream-offset': '8',
      'x-stream-line': '3',
      'x-stream-lines': '3',
    });
    expect((await get(id, { Range: 'bytes=0-' }, '?notail&offset=4')).text).toBe('two\nthree\n');
    expect((await get(id, { Range: 'bytes=0-' }, '?tail=0')).status).toBe(416);
  });

  it('is left out of account with If-Range, as no validator fits, and where it is malformed', async () => {
    const id = await store('0123456789');
    for (const headers of [{ Range: 'bytes=2-4', 'If-Range': '"any"' }, { Range: 'lines=2-4' }]) {
      const consumer = await Consumer.open(url(`/stream/${id}`), headers);
      expect(consumer.status).toBe(200);
      await consumer.until('0123456789');
      consumer.close();
    }
  });

  it('is left out of account for events', async () => {
    const id = await store('one\n');
    const consumer = await Consumer.open(url(`/stream/${id}`), {
      Accept: 'text/event-stream',
      Range: 'bytes=0-1',
    });
    expect(consumer.status).toBe(200);
    await consumer.until('data: one\n\n');
    consumer.close();
  });

  it('is announced by an open stream, also to HEAD', async () => {
    const id = await store('one\n');
    const head = await request(url(`/stream/${id}`), { method: 'HEAD', headers: { Range: 'bytes=0-1' } });
    expect([head.status, head.headers['accept-ranges']]).toEqual([200, 'bytes']);
  });

  it('lets `curl -C -` fetch only what its file does not have', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'loom-curl-'));
    const file = join(directory, 'build.log');
    const curl = (): Promise<unknown> =>
      promisify(execFile)('curl', ['-sS', '-C', '-', '-o', file, url(`/stream/${id}`)]);
    const id = await store('one\n');
    await promisify(execFile)('curl', ['-sS', '-o', file, url(`/stream/${id}?notail`)]);
    await append(id, 4, 'two\n');
    await curl();
    await append(id, 8, 'three\n');
    await curl();
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
    rmSync(directory, { recursive: true });
  });
});
