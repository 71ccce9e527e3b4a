import { once } from 'node:events';
import net from 'node:net';
import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('reads at /stream', ({ url, freshId }) => {
  const store = async (body: string | Buffer, headers = {}): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', headers, body });
    return id;
  };
  const get = (id: string, query = '', headers = {}) => request(url(`/stream/${id}${query}`), { headers });

  describe('a closed stream', () => {
    it('a GET of a closed stream has its length and an ETag', async () => {
      const answer = await get(await store('0123456789'));
      expect(answer.status).toBe(200);
      expect(answer.text).toBe('0123456789');
      expect(answer.headers).toMatchObject({
        'content-length': '10',
        'accept-ranges': 'bytes',
        'x-stream-state': 'closed; outcome=complete',
      });
      expect(answer.headers['transfer-encoding']).toBeUndefined();
      expect(answer.headers.etag).toMatch(/^"[^"]+"$/);
    });

    it('a GET with the ETag in If-None-Match is answered with 304', async () => {
      const id = await store('0123456789');
      const etag = String((await get(id)).headers.etag);
      for (const condition of [etag, `"x", W/${etag}`, '*']) {
        const answer = await get(id, '', { 'If-None-Match': condition });
        expect(answer.status).toBe(304);
        expect(answer.text).toBe('');
        expect(answer.headers.etag).toBe(etag);
      }
      expect((await get(id, '', { 'If-None-Match': '"other"' })).status).toBe(200);
    });

    it.each([
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=0-99', '0123456789', 'bytes 0-9/10'],
    ])('a GET with Range: %s gets those bytes', async (range, text, contentRange) => {
      const answer = await get(await store('0123456789'), '', { Range: range });
      expect(answer.status).toBe(206);
      expect(answer.text).toBe(text);
      expect(answer.headers).toMatchObject({
        'content-range': contentRange,
        'content-length': String(text.length),
      });
    });

    it('a Range is ignored if If-Range has another ETag', async () => {
      const id = await store('0123456789');
      const etag = String((await get(id)).headers.etag);
      expect((await get(id, '', { Range: 'bytes=0-1', 'If-Range': etag })).status).toBe(206);
      expect((await get(id, '', { Range: 'bytes=0-1', 'If-Range': '"other"' })).status).toBe(200);
    });

    it('a range or an offset beyond the end is answered with 416', async () => {
      const id = await store('0123456789');
      const range = await get(id, '', { Range: 'bytes=10-' });
      expect(range.status).toBe(416);
      expect(range.headers['content-range']).toBe('bytes */10');
      expect((await get(id, '?offset=11')).status).toBe(416);
      expect((await get(id, '?offset=10')).text).toBe('');
    });

    it('the ETag changes when a stream is replaced by the same bytes', async () => {
      const id = await store('same');
      const before = (await get(id)).headers.etag;
      await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'same' });
      expect((await get(id)).headers.etag).not.toBe(before);
    });
  });

  describe('a GET with an offset', () => {
    it('the answer starts with the byte at the offset', async () => {
      const id = await store('0123456789');
      expect((await get(id, '?offset=4')).text).toBe('456789');
      expect((await get(id, '?offset=0')).text).toBe('0123456789');
    });

    it.each(['-0', '1.5', '0x1', 'abc', '', '1e2', '99999999999999999999'])(
      'offset=%s is refused with 400',
      async (offset) => {
        const answer = await get(await store('x'), `?offset=${offset}`);
        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.text).error).toContain('plain decimal');
      },
    );

    it('a tail from an offset gets the stored bytes and then the live ones', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const first = await Consumer.open(url(`/stream/${id}`));
      await producer.write('0123456789');
      await first.until('9');
      const second = await Consumer.open(url(`/stream/${id}?offset=7`));
      await second.until('789');
      await producer.end('abc');
      await second.end();
      expect(second.text).toBe('789abc');
    });
  });

  describe('an open stream', () => {
    it('a GET with notail gets the bytes so far, with their length', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const consumer = await Consumer.open(url(`/stream/${id}`));
      await producer.write('so far');
      await consumer.until('so far');
      for (const query of ['?notail', '?notail=', '?notail=false']) {
        const now = await get(id, query);
        expect(now.text).toBe('so far');
        expect(now.headers).toMatchObject({ 'content-length': '6', 'x-stream-state': 'open' });
      }
      expect((await get(id, '?notail&offset=3')).text).toBe('far');
      consumer.close();
      await producer.end();
    });

    it('a tail has headers that keep proxies from buffering it', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const { headers } = await Consumer.open(url(`/stream/${id}`)).then((consumer) => {
        consumer.close();
        return consumer;
      });
      expect(headers).toMatchObject({
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        'transfer-encoding': 'chunked',
        trailer: 'X-Stream-State',
      });
      await producer.end();
    });

    it('a tail over HTTP/1.0 is unframed and ends with the connection', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const { hostname, port } = new URL(url('/'));
      const socket = net.connect(Number(port), hostname).setEncoding('latin1');
      let answered = '';
      socket.on('data', (text) => {
        answered += text;
      });
      // It may be closed before the producer has its answer.
      const closed = once(socket, 'close');
      socket.write(`GET /stream/${id} HTTP/1.0\r\n\r\n`);
      await once(socket, 'data');
      await producer.write('one ');
      await producer.end('two');
      await closed;
      expect(answered).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answered.split('\r\n\r\n')[1]).toBe('one two');
    });

    it('many consumers get the same bytes, whenever they connected', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const consumers: Consumer[] = [];
      let sent = '';
      for (let line = 0; line < 50; line += 1) {
        consumers.push(await Consumer.open(url(`/stream/${id}`)));
        const piece = `line ${line} ${'x'.repeat(line * 37)}\n`;
        sent += piece;
        await producer.write(piece);
      }
      await producer.end();
      await Promise.all(consumers.map((consumer) => consumer.end()));
      expect(consumers.map(({ text }) => text === sent)).toEqual(Array(50).fill(true));
    });
  });

  it('HEAD returns the headers of GET and the upload offset, without a body', async () => {
    const id = await store('0123456789', { 'X-Stream-Metadata': '{"a":1}' });
    const answer = await request(url(`/stream/${id}`), { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('');
    expect(answer.headers).toMatchObject({
      'content-length': '10',
      'upload-offset': '10',
      'upload-complete': '?1',
      'x-stream-metadata': '{"a":1}',
      'x-stream-state': 'closed; outcome=complete',
      'cache-control': expect.stringContaining('no-store'),
    });
  });

  it('a GET of a missing stream is answered with 404 and the sentence that clients know', async () => {
    const id = freshId();
    const answer = await get(id);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({
      error: `The stream with ID ${id} does not exist`,
      code: 'stream_not_found',
    });
  });
});
