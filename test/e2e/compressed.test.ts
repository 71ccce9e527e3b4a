import { gunzipSync } from 'node:zlib';
import { type Answer, Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const GZIP = { 'Accept-Encoding': 'gzip, deflate, br' };
const LINES = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1} of the build\n`);
const TEXT = LINES.join('');

onEachStore('a compressed answer', ({ url, freshId }) => {
  const store = async (body: string | Buffer, headers = {}): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', headers, body });
    return id;
  };
  const get = (id: string, headers = {}, query = ''): Promise<Answer> =>
    request(url(`/stream/${id}${query}`), { headers });
  const unzipped = ({ body }: Answer): string => gunzipSync(body).toString();

  it('has the content of a closed stream in less, without a length, under an ETag of its own', async () => {
    const id = await store(TEXT);
    const bare = await get(id);
    const answer = await get(id, GZIP);
    expect(unzipped(answer)).toBe(TEXT);
    expect(answer.body.length).toBeLessThan(TEXT.length / 3);
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept, Accept-Encoding' });
    for (const name of ['content-length', 'accept-ranges']) expect(answer.headers[name]).toBeUndefined();
    expect(answer.headers.etag).toBe(String(bare.headers.etag).replace(/"$/, '-gzip"'));
    expect(bare.headers['content-encoding']).toBeUndefined();
  });

  it.each(['line=100&lines=200', 'offset=5000', 'tail=300', 'since=1h&length=9999', 'notail'])(
    'has the part for ?%s',
    async (query) => {
      const id = await store(TEXT);
      const bare = await get(id, {}, `?${query}`);
      const answer = await get(id, GZIP, `?${query}`);
      expect(answer.headers['content-encoding']).toBe('gzip');
      expect(unzipped(answer)).toBe(bare.text);
      expect(answer.headers['x-stream-offset']).toBe(bare.headers['x-stream-offset']);
    },
  );

  it.each([
    ['gzip;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['br, x-gzip', 'gzip'],
    ['identity;q=0.5, gzip', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['*, gzip;q=0', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['br', 'identity'],
    ['', 'identity'],
  ])('to Accept-Encoding "%s" is %s', async (accepted, coding) => {
    const answer = await get(await store(TEXT), { 'Accept-Encoding': accepted });
    expect(answer.headers['content-encoding'] ?? 'identity').toBe(coding);
    expect(coding === 'gzip' ? unzipped(answer) : answer.text).toBe(TEXT);
  });

  it('is not made of few bytes, of a range of bytes, or of what is compressed already', async () => {
    const id = await store(TEXT);
    expect((await get(await store('short'), GZIP)).text).toBe('short');
    expect((await get(id, GZIP, '?lines=1')).text).toBe(LINES[0]);
    const range = await get(id, { ...GZIP, Range: 'bytes=0-2999' });
    expect([range.status, range.text]).toEqual([206, TEXT.slice(0, 3_000)]);
    expect((await get(await store(TEXT, { 'Content-Type': 'image/png' }), GZIP)).text).toBe(TEXT);
  });

  it('is not sent again to a client that has it, in whichever form', async () => {
    const id = await store(TEXT);
    const bare = String((await get(id)).headers.etag);
    const zipped = String((await get(id, GZIP)).headers.etag);
    for (const accepted of [GZIP, {}]) {
      for (const etag of [bare, zipped]) {
        const answer = await get(id, { ...accepted, 'If-None-Match': `"x", W/${etag}` });
        expect([answer.status, answer.text, answer.headers.etag]).toEqual([304, '', etag]);
        expect(answer.headers.vary).toBe('Accept, Accept-Encoding');
      }
    }
    expect((await get(id, { ...GZIP, 'If-None-Match': '*' })).headers.etag).toBe(zipped);
    expect((await get(id, { ...GZIP, 'If-None-Match': '"other-gzip"' })).status).toBe(200);
  });

  it('has an ETag that conditions and no ranges take for the stream', async () => {
    const id = await store(TEXT);
    const zipped = String((await get(id, GZIP)).headers.etag);
    expect((await get(id, { Range: 'bytes=0-1', 'If-Range': zipped })).status).toBe(200);
    expect((await get(id, { 'If-Match': zipped })).status).toBe(200);
    const removed = await request(url(`/stream/${id}`), {
      method: 'DELETE',
      headers: { 'If-Match': zipped },
    });
    expect(removed.status).toBe(204);
  });

  it('has the same head for HEAD', async () => {
    const id = await store(TEXT);
    const { headers } = await get(id, GZIP);
    const head = await request(url(`/stream/${id}`), { method: 'HEAD', headers: GZIP });
    for (const name of ['content-encoding', 'etag', 'vary', 'content-length', 'content-type'])
      expect(head.headers[name]).toBe(headers[name]);
  });

  it('is never a live one, but that of ?notail is', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await Consumer.open(url(`/stream/${id}`), GZIP);
    await producer.write(TEXT);
    await consumer.until(TEXT);
    expect(consumer.headers['content-encoding']).toBeUndefined();
    consumer.close();
    expect(unzipped(await get(id, GZIP, '?notail'))).toBe(TEXT);
    expect(unzipped(await get(id, GZIP, '?lines=4000'))).toBe(LINES.slice(0, 4_000).join(''));
    await producer.end();
  });

  it('has the list and the info of a stream with much metadata', async () => {
    const id = await store('x', { 'X-Stream-Metadata': JSON.stringify({ long: 'm'.repeat(4_000) }) });
    for (const [path, vary] of [
      [`/stream/${id}/info`, 'Accept-Encoding'],
      [`/stream?prefix=${id}`, 'Accept, Accept-Encoding'],
    ] as const) {
      const bare = await request(url(path));
      const answer = await request(url(path), { headers: GZIP });
      expect(answer.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-length': String(answer.body.length),
        vary,
      });
      expect(unzipped(answer)).toBe(bare.text);
    }
    expect((await request(url(`/stream/${await store('x')}/info`), { headers: GZIP })).text).toContain(
      '"bytes":1',
    );
  });

  it('has all of a stream of many pages', async () => {
    const noise = Buffer.alloc(4 * 1024 * 1024);
    for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    expect(gunzipSync((await get(await store(noise), GZIP)).body).equals(noise)).toBe(true);
  });

  it('stops when its client leaves, and the server goes on', async () => {
    const id = await store(Buffer.alloc(8 * 1024 * 1024, TEXT));
    for (let round = 0; round < 5; round += 1) {
      const consumer = await Consumer.open(url(`/stream/${id}`), GZIP);
      consumer.close();
    }
    expect((await get(id, GZIP, '?tail=100')).status).toBe(200);
  });
});
