import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const PARTIAL = 'application/partial-upload';

onEachStore('PATCH at /stream', ({ url, freshId }) => {
  const patch = (id: string, offset: number, complete: boolean, body = '', headers = {}) =>
    request(url(`/stream/${id}`), {
      method: 'PATCH',
      headers: {
        'Content-Type': PARTIAL,
        'Upload-Offset': String(offset),
        'Upload-Complete': complete ? '?1' : '?0',
        ...headers,
      },
      body,
    });
  const begin = async (body: string, headers = {}): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), {
      method: 'POST',
      headers: { 'Upload-Complete': '?0', ...headers },
      body,
    });
    return id;
  };
  const head = (id: string) => request(url(`/stream/${id}`), { method: 'HEAD' });

  it('an upload continues where the stored bytes end, in several requests', async () => {
    const id = await begin('one ');
    expect((await head(id)).headers).toMatchObject({
      'upload-offset': '4',
      'upload-complete': '?0',
      'x-stream-state': 'open',
      'cache-control': expect.stringContaining('no-store'),
    });
    const second = await patch(id, 4, false, 'two ');
    expect(second.status).toBe(204);
    expect(second.headers['upload-offset']).toBe('8');
    const third = await patch(id, 8, true, 'three');
    expect(third.headers).toMatchObject({ 'upload-offset': '13', 'upload-complete': '?1' });
    expect((await head(id)).headers).toMatchObject({ 'upload-offset': '13', 'upload-complete': '?1' });
    expect((await request(url(`/stream/${id}`))).text).toBe('one two three');
  });

  it('a PATCH at a wrong offset stores nothing and gets the right offset', async () => {
    const id = await begin('abc');
    for (const offset of [0, 2, 4, 1000]) {
      const refused = await patch(id, offset, true, 'xyz');
      expect(refused.status).toBe(409);
      expect(refused.headers['upload-offset']).toBe('3');
    }
    expect((await request(url(`/stream/${id}?notail`))).text).toBe('abc');
    expect((await patch(id, 3, true, 'def')).status).toBe(204);
  });

  it('a PATCH takes the stream over from a connection that is still open', async () => {
    const id = freshId();
    const first = new Producer(url(`/stream/${id}`));
    await first.head;
    const consumer = await Consumer.open(url(`/stream/${id}`));
    await first.write('first');
    await consumer.until('first');
    const answer = await patch(id, 5, true, ' second');
    expect(answer.status).toBe(204);
    await first.cut();
    expect((await consumer.end()).complete).toBe(true);
    expect(consumer.text).toBe('first second');
  });

  it('a stream whose connection was lost keeps its bytes and is interrupted', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`), { headers: { 'Upload-Complete': '?1' } });
    await producer.head;
    const consumer = await Consumer.open(url(`/stream/${id}`));
    await producer.write('half of it');
    await consumer.until('half of it');
    producer.destroy();
    await until(async () => (await head(id)).headers['x-stream-state'] === 'interrupted');
    expect((await head(id)).headers['upload-offset']).toBe('10');
    await patch(id, 10, true, ', all of it');
    expect((await consumer.end()).complete).toBe(true);
    expect(consumer.text).toBe('half of it, all of it');
  });

  it('a PATCH of a closed or a missing stream is refused', async () => {
    const id = await begin('abc');
    await patch(id, 3, true);
    const closed = await patch(id, 3, true, 'more');
    expect(closed.status).toBe(409);
    expect(closed.headers).toMatchObject({ 'upload-offset': '3', 'upload-complete': '?1' });
    expect((await request(url(`/stream/${id}`))).text).toBe('abc');
    expect((await patch(freshId(), 0, true)).status).toBe(404);
  });

  it.each([
    [415, { 'Content-Type': 'text/plain' }, 'Content-Type: application/partial-upload'],
    [400, { 'Upload-Offset': '-1' }, 'Upload-Offset'],
    [400, { 'Upload-Offset': '1e3' }, 'Upload-Offset'],
    [400, { 'Upload-Complete': 'yes' }, 'Upload-Complete must be ?0 or ?1'],
    [400, { 'X-Stream-Metadata': '{' }, 'X-Stream-Metadata is not JSON'],
  ])('a PATCH is answered with %i if it has %j', async (status, headers, words) => {
    const id = await begin('abc');
    const refused = await patch(id, 3, true, 'def', headers);
    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.text).error).toContain(words);
    expect((await head(id)).headers).toMatchObject({ 'upload-offset': '3', 'x-stream-state': 'open' });
  });

  it('a PATCH merges metadata, so that an exit code can be added at the end', async () => {
    const id = await begin('abc', { 'X-Stream-Metadata': '{"build":7,"draft":true}' });
    await patch(id, 3, true, '', { 'X-Stream-Metadata': '{"exitCode":2,"draft":null}' });
    const { headers } = await request(url(`/stream/${id}`));
    expect(JSON.parse(String(headers['x-stream-metadata']))).toEqual({ build: 7, exitCode: 2 });
  });

  it('a PATCH does not change a stream that another producer has replaced', async () => {
    const id = await begin('abc', { 'Idempotency-Key': 'mine' });
    await request(url(`/stream/${id}?force=true`), {
      method: 'POST',
      headers: { 'Upload-Complete': '?0', 'Idempotency-Key': 'theirs' },
      body: 'xyz',
    });
    expect((await patch(id, 3, true, 'def', { 'Idempotency-Key': 'mine' })).status).toBe(409);
    expect((await request(url(`/stream/${id}?notail`))).text).toBe('xyz');
  });

  it('consumers get the body of a PATCH while it arrives', async () => {
    const id = await begin('');
    const consumer = await Consumer.open(url(`/stream/${id}`));
    const producer = new Producer(url(`/stream/${id}`), {
      method: 'PATCH',
      headers: { 'Content-Type': PARTIAL, 'Upload-Offset': '0', 'Upload-Complete': '?1' },
    });
    await producer.write('line 1\n');
    await consumer.until('line 1\n');
    const answer = await producer.end('line 2\n');
    expect(answer.headers['upload-offset']).toBe('14');
    expect((await consumer.end()).complete).toBe(true);
    expect(consumer.text).toBe('line 1\nline 2\n');
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
