import { randomBytes } from 'node:crypto';
import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('writes at /stream', ({ url, freshId }) => {
  it('a POST is answered with 201 and the id before its body, and the answer ends after it', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    const head = await producer.head;
    expect(head.statusCode).toBe(201);
    expect(head.headers['x-stream-id']).toBe(id);
    expect(head.headers['x-stream-replaced']).toBeUndefined();
    await producer.write('something');
    const answer = await producer.end();
    expect(answer.text).toBe('');
    expect((await request(url(`/stream/${id}`))).text).toBe('something');
  });

  it('a producer that asks for it is answered when its body is stored', async () => {
    const id = freshId();
    const headers = { 'X-Stream-Answer': 'end' };
    const producer = new Producer(url(`/stream/${id}`), { headers });
    await producer.write('some');
    const consumer = await openOnceMade(url(`/stream/${id}`));
    await consumer.until('some');
    const isAnswered = await Promise.race([
      producer.head.then(() => true),
      request(url('/healthz')).then(() => false),
    ]);
    expect(isAnswered).toBe(false);
    const answer = await producer.end('thing');
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      'x-stream-id': id,
      'upload-offset': '9',
      'upload-complete': '?1',
      'x-stream-state': 'closed; outcome=complete',
    });
    const wrong = await request(url(`/stream/${freshId()}`), {
      method: 'POST',
      headers: { 'X-Stream-Answer': 'late' },
      body: 'x',
    });
    expect([wrong.status, JSON.parse(wrong.text).error]).toEqual([
      400,
      'X-Stream-Answer must be early or end',
    ]);
  });

  it('a consumer gets each piece before the next one is sent', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await Consumer.open(url(`/stream/${id}`));
    let sent = '';
    for (const piece of ['a', 'bc', '\n', 'def']) {
      sent += piece;
      await producer.write(piece);
      expect(await consumer.until(sent)).toBe(sent);
    }
    await producer.end();
    expect(await consumer.end()).toEqual({
      complete: true,
      trailers: { 'x-stream-state': 'closed; outcome=complete' },
    });
  });

  it('a POST without an id makes a random one that sorts by time', async () => {
    const [first, second] = [
      await request(url('/stream'), { method: 'POST', body: 'x' }),
      await request(url('/stream/'), { method: 'POST', body: 'y' }),
    ];
    const ids = [first, second].map((answer) => String(answer.headers['x-stream-id']));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]?.slice(0, 13) ?? '').not.toBe('');
    expect((ids[0] ?? '').slice(0, 13) <= (ids[1] ?? '').slice(0, 13)).toBe(true);
    expect((await request(url(`/stream/${ids[1]}`))).text).toBe('y');
  });

  it('a POST to an existing id is refused with the sentence that clients know', async () => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body: 'mine' });
    const refused = await request(url(`/stream/${id}`), { method: 'POST', body: 'yours' });
    expect(refused.status).toBe(409);
    expect(refused.headers['content-type']).toBe('application/json');
    expect(JSON.parse(refused.text)).toEqual({
      error: `The stream with ID ${id} already exists. Specify force=true query param to override.`,
      code: 'stream_exists',
    });
    expect((await request(url(`/stream/${id}`))).text).toBe('mine');
  });

  it('only one of many concurrent POSTs to an id creates the stream', async () => {
    const id = freshId();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        request(url(`/stream/${id}`), { method: 'POST', body: `body ${i}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array(9).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 201);
    expect((await request(url(`/stream/${id}`))).text).toBe(`body ${winner}`);
  });

  it('a producer is refused before the end of its body', async () => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body: 'mine' });
    const producer = new Producer(url(`/stream/${id}`));
    await producer.write('never ends');
    expect((await producer.answer).status).toBe(409);
    producer.destroy();
  });

  it('a refused producer with Expect: 100-continue is answered without its body', async () => {
    const id = freshId();
    const headers = { Expect: '100-continue' };
    const first = new Producer(url(`/stream/${id}`), { headers });
    expect((await first.head).statusCode).toBe(201);
    await first.end('x');
    const second = new Producer(url(`/stream/${id}`), { headers });
    const answer = await second.answer;
    expect(answer.status).toBe(409);
    expect(answer.headers.connection).toBe('close');
  });

  it('force=true replaces a stream, ends its consumers and disconnects its producer', async () => {
    const id = freshId();
    const old = new Producer(url(`/stream/${id}`));
    await old.head;
    await old.write('old');
    const oldConsumer = await Consumer.open(url(`/stream/${id}`));
    await oldConsumer.until('old');

    const fresh = new Producer(url(`/stream/${id}?force=true`));
    const head = await fresh.head;
    expect(head.statusCode).toBe(201);
    expect(head.headers['x-stream-replaced']).toBe('true');
    expect((await oldConsumer.end()).trailers['x-stream-state']).toBe('closed; outcome=replaced');
    await old.cut();
    await expect(old.answer).rejects.toThrow();
    await fresh.end('new');
    expect((await request(url(`/stream/${id}`))).text).toBe('new');
  });

  it('only exactly force=true replaces, and X-Stream-Replaced is absent if nothing was replaced', async () => {
    const id = freshId();
    const first = await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'x' });
    expect(first.status).toBe(201);
    expect(first.headers['x-stream-replaced']).toBeUndefined();
    for (const query of ['force=1', 'force', 'force=TRUE', 'force=false']) {
      expect((await request(url(`/stream/${id}?${query}`), { method: 'POST', body: 'y' })).status).toBe(409);
    }
  });

  it('metadata of any JSON is stored and returned as a legal header', async () => {
    const id = freshId();
    const metadata = { meta: true, name: 'é€😀', list: [1, null] };
    const sent = Buffer.from(JSON.stringify(metadata)).toString('latin1');
    await request(url(`/stream/${id}`), { method: 'POST', headers: { 'X-Stream-Metadata': sent } });
    const header = String((await request(url(`/stream/${id}`))).headers['x-stream-metadata']);
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(header)).toEqual(metadata);
  });

  it('metadata that is too long or not JSON is refused, and no stream is created', async () => {
    const id = freshId();
    const post = (metadata: string) =>
      request(url(`/stream/${id}`), {
        method: 'POST',
        headers: { 'X-Stream-Metadata': metadata },
        body: 'x',
      });
    expect((await post('{oops')).status).toBe(400);
    expect(JSON.parse((await post('{oops')).text)).toEqual({
      error: 'X-Stream-Metadata is not JSON',
      code: 'metadata_invalid',
    });
    const long = await post(JSON.stringify('x'.repeat(17_000)));
    expect(long.status).toBe(431);
    expect(JSON.parse(long.text).error).toContain('at most 16384 are allowed');
    expect((await request(url(`/stream/${id}`))).status).toBe(404);
  });

  it('16 KiB of metadata are stored', async () => {
    const id = freshId();
    const metadata = JSON.stringify('x'.repeat(16_382));
    const posted = await request(url(`/stream/${id}`), {
      method: 'POST',
      headers: { 'X-Stream-Metadata': metadata },
    });
    expect(posted.status).toBe(201);
    const { text } = await request(url(`/stream/${id}/info`));
    expect(JSON.parse(text).metadata).toBe(JSON.parse(metadata));
  });

  it.each([
    ['text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['text/html', 'text/html'],
    [undefined, 'application/octet-stream'],
    ['application/x-www-form-urlencoded', 'application/octet-stream'],
  ])(
    'the content type %s is stored as %s, with headers that keep browsers from running it',
    async (sent, kept) => {
      const id = freshId();
      await request(url(`/stream/${id}`), {
        method: 'POST',
        ...(sent !== undefined && { headers: { 'Content-Type': sent } }),
        body: '<script>alert(1)</script>',
      });
      const { headers } = await request(url(`/stream/${id}`));
      expect(headers['content-type']).toBe(kept);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain('sandbox');
    },
  );

  it('binary content and an empty body are stored exactly', async () => {
    const [binary, empty] = [freshId(), freshId()];
    const body = randomBytes(1_000_000);
    await request(url(`/stream/${binary}`), { method: 'POST', body });
    await request(url(`/stream/${empty}`), { method: 'POST' });
    expect((await request(url(`/stream/${binary}`))).body.equals(body)).toBe(true);
    const nothing = await request(url(`/stream/${empty}`));
    expect(nothing.headers['content-length']).toBe('0');
    expect(nothing.headers['x-stream-state']).toBe('closed; outcome=complete');
  });

  it('a repeated POST with the same Idempotency-Key gets 409 with its key and offset', async () => {
    const id = freshId();
    const headers = { 'Idempotency-Key': 'k1', 'Upload-Complete': '?0' };
    await request(url(`/stream/${id}`), { method: 'POST', headers, body: 'abc' });
    for (const query of ['', '?force=true']) {
      const again = await request(url(`/stream/${id}${query}`), { method: 'POST', headers, body: 'abc' });
      expect(again.status).toBe(409);
      expect(again.headers['idempotency-key']).toBe('k1');
      expect(again.headers['upload-offset']).toBe('3');
    }
    const other = await request(url(`/stream/${id}`), {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k2' },
    });
    expect(other.headers['idempotency-key']).toBeUndefined();
  });
});

/** The stream is made a moment after its producer has begun to send. */
async function openOnceMade(url: string): Promise<Consumer> {
  const made = await request(`${url}/wait?for=bytes&create&timeout=5m`);
  expect(made.status).toBe(200);
  return Consumer.open(url);
}
