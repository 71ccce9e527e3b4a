import { type Answer, Consumer, Producer, request } from '../support/http';
import { joined, NDJSON, objectsIn, untimed } from './ndjson';
import { onEachStore } from './on-each-store';

onEachStore('NDJSON', ({ url, freshId }) => {
  const of = (id: string, query = ''): string => url(`/stream/${id}${query}`);
  const store = async (body: string | Buffer, headers = {}): Promise<string> => {
    const id = freshId();
    await request(of(id), { method: 'POST', body, headers });
    return id;
  };
  const get = (id: string, query = '', headers = {}): Promise<Answer> =>
    request(of(id, query), { headers: { ...NDJSON, ...headers } });
  const open = (id: string, query = ''): Promise<Consumer> => Consumer.open(of(id, query), NDJSON);
  const begin = async (text: string, headers = {}): Promise<{ id: string; producer: Producer }> => {
    const id = freshId();
    const producer = new Producer(of(id), { headers });
    await producer.head;
    const all = await Consumer.open(of(id));
    await producer.write(text);
    await all.until(text);
    all.close();
    return { id, producer };
  };

  it('has an object per line, and last the state of the stream', async () => {
    const id = await store('one\n\n"three"\r\n', { 'X-Stream-Metadata': '{"exitCode":3}' });
    const answer = await get(id);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-stream-offset': '0',
      'x-stream-line': '1',
      'x-stream-lines': '3',
      vary: 'Accept',
    });
    expect(answer.headers['etag']).toBeUndefined();
    expect(answer.trailers).toEqual({ 'x-stream-state': 'closed; outcome=complete' });
    expect(answer.text.split('\n')[0]).toMatch(/^\{"line":1,"offset":0,"time":"[^"]+","text":"one"\}$/);
    expect(untimed(objectsIn(answer))).toEqual([
      { line: 1, offset: 0, text: 'one' },
      { line: 2, offset: 4, text: '' },
      { line: 3, offset: 5, text: '"three"\r' },
      { state: 'closed', outcome: 'complete', exitCode: 3, bytes: 14, lines: 3 },
    ]);
  });

  it('has nothing but the state of an empty stream', async () => {
    const last = { state: 'closed', outcome: 'complete', bytes: 0, lines: 0 };
    expect(objectsIn(await get(await store('')))).toEqual([last]);
  });

  it('follows a stream line by line, and sends a line whose end does not come in parts', async () => {
    const { id, producer } = await begin('one\n');
    const consumer = await open(id);
    await consumer.until('"one"}\n');
    await producer.write('Continue? ');
    await consumer.until('"text":"Continue? ","partial":true}\n');
    await producer.write('yes\ntwo\nb');
    await consumer.until('"text":"two"}\n');
    await producer.end('ye');
    expect(await consumer.end()).toMatchObject({
      complete: true,
      trailers: { 'x-stream-state': 'closed; outcome=complete' },
    });
    const objects = untimed(objectsIn(consumer));
    expect(objects.slice(0, 4)).toEqual([
      { line: 1, offset: 0, text: 'one' },
      { line: 2, offset: 4, text: 'Continue? ', partial: true },
      { line: 2, offset: 14, text: 'yes' },
      { line: 3, offset: 18, text: 'two' },
    ]);
    expect(objects.at(-1)).toEqual({ state: 'closed', outcome: 'complete', bytes: 25, lines: 4 });
    expect(joined(objects)).toBe('one\nContinue? yes\ntwo\nbye');
  });

  it('never splits a character or a CRLF, and shows bytes that are not UTF-8 as U+FFFD', async () => {
    const { id, producer } = await begin('a');
    const consumer = await open(id);
    for (const byte of Buffer.from('€💡\r\n')) await producer.write(Buffer.from([byte]));
    await producer.end(Buffer.from([0xff, 0x0a, 0x62, 0x0a]));
    await consumer.end();
    const objects = untimed(objectsIn(consumer));
    expect(joined(objects)).toBe('a€💡\r\n\ufffd\nb\n');
    expect(objects.slice(-3, -1)).toEqual([
      { line: 2, offset: 10, text: '\ufffd' },
      { line: 3, offset: 12, text: 'b' },
    ]);
  });

  it.each([
    ['?line=2', [2, 3]],
    ['?tail=1', [3]],
    ['?offset=4', [2, 3]],
    ['?offset=-6&notail', [3]],
    ['?line=2&lines=1', [2]],
    ['?since=1h', [1, 2, 3]],
    ['?until=1h', []],
    ['?line=4', []],
  ])('has the lines that %s selects', async (query, lines) => {
    const answer = await get(await store('one\ntwo\nthree\n'), query);
    const objects = objectsIn(answer);
    expect(objects.slice(0, -1).map(({ line }) => line)).toEqual(lines);
    expect(objects.at(-1)).toEqual({ state: 'closed', outcome: 'complete', bytes: 14, lines: 3 });
    expect(answer.headers['x-stream-lines']).toBe('3');
  });

  it('ends within a line where a bound does', async () => {
    const objects = untimed(objectsIn(await get(await store('one\ntwo\n'), '?length=6')));
    expect(objects.slice(0, -1)).toEqual([
      { line: 1, offset: 0, text: 'one' },
      { line: 2, offset: 4, text: 'tw', partial: true },
    ]);
  });

  it('has the present state of an open stream with notail and after a bound', async () => {
    const { id, producer } = await begin('one\ntw');
    const lines = [
      { line: 1, offset: 0, text: 'one' },
      { line: 2, offset: 4, text: 'tw', partial: true },
    ];
    const state = { state: 'open', bytes: 6, lines: 2 };
    const now = await get(id, '?notail');
    expect(untimed(objectsIn(now))).toEqual([...lines, state]);
    expect(now.trailers).toEqual({ 'x-stream-state': 'open' });
    const later = await open(id, '?line=3&lines=1');
    expect(later.headers['x-stream-line']).toBe('3');
    await producer.write('o\nthree\nfour\n');
    await later.end();
    expect(untimed(objectsIn(later))[0]).toEqual({ line: 3, offset: 8, text: 'three' });
    expect(objectsIn(later)[1]).toMatchObject({ state: 'open' });
    await producer.end();
  });

  it('numbers the lines of a start that is still to come', async () => {
    const { id, producer } = await begin('one\n');
    const consumer = await open(id, '?offset=10');
    await producer.end('two\nthree\nfour\n');
    await consumer.end();
    expect(untimed(objectsIn(consumer)).slice(0, -1)).toEqual([
      { line: 3, offset: 10, text: 'ree' },
      { line: 4, offset: 14, text: 'four' },
    ]);
  });

  it('is resumed at the next line, and refused where the stream is another one', async () => {
    const { id, producer } = await begin('one\ntwo\n');
    const first = await open(id);
    await first.until('"two"}\n');
    first.close();
    const generation = String(first.headers['x-stream-generation']);
    const next = await open(id, `?line=3&generation=${generation}`);
    await producer.end('three\n');
    await next.end();
    expect(objectsIn(next)[0]).toMatchObject({ line: 3, offset: 8, text: 'three' });
    await request(of(id, '?force=true'), { method: 'POST', body: 'other\n' });
    expect((await get(id, `?line=2&generation=${generation}`)).status).toBe(409);
  });

  it.each([
    ['deleted', 'DELETE', ''],
    ['replaced', 'POST', '?force=true'],
  ])('says at the end that the stream was %s', async (outcome, method, query) => {
    const { id } = await begin('one\n');
    const consumer = await open(id);
    await consumer.until('"one"}\n');
    await request(of(id, query), { method });
    await consumer.end();
    expect(objectsIn(consumer).at(-1)).toEqual({ state: 'closed', outcome, bytes: 4 });
  });

  it('cuts the text of a line that is longer than search.lineBytes', async () => {
    const long = 'x'.repeat(100_000);
    const objects = untimed(objectsIn(await get(await store(`${long}\nshort\n`))));
    expect(objects[0]).toEqual({ line: 1, offset: 0, text: 'x'.repeat(65_536), cut: true });
    expect(objects[1]).toEqual({ line: 2, offset: 100_001, text: 'short' });
  });

  it('ignores Range, and has no ETag that a condition could name', async () => {
    const id = await store('one\ntwo\n');
    const ranged = await get(id, '', { Range: 'bytes=0-1' });
    expect([ranged.status, objectsIn(ranged).length]).toEqual([200, 3]);
    const { etag = '' } = (await request(of(id))).headers;
    expect((await get(id, '', { 'If-None-Match': etag })).status).toBe(200);
    expect((await get(id, '', { 'If-Match': etag })).status).toBe(412);
  });

  it('has the same head for HEAD', async () => {
    const id = await store('one\ntwo\n');
    const head = await request(of(id, '?line=2'), { method: 'HEAD', headers: NDJSON });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-stream-line': '2',
      'x-stream-lines': '2',
      vary: 'Accept',
    });
  });
});
