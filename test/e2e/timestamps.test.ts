import { type Answer, Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /g;

onEachStore('timestamps', ({ url, freshId }) => {
  const of = (id: string, query: string): string => url(`/stream/${id}${query}`);
  const store = async (body: string | Buffer, headers = {}): Promise<string> => {
    const id = freshId();
    await request(of(id, ''), { method: 'POST', body, headers });
    return id;
  };
  const get = (id: string, query: string, headers = {}): Promise<Answer> =>
    request(of(id, query), { headers });
  /** The text with `T ` for each time. */
  const shown = ({ text }: { readonly text: string }): string => text.replaceAll(TIME, 'T ');

  it('come before each line, and the bytes are as they were', async () => {
    const id = await store(Buffer.from('one\n\nthr\xffee\r\nfour', 'latin1'));
    const answer = await get(id, '?timestamps');
    expect(answer.body.toString('latin1').replaceAll(TIME, 'T ')).toBe('T one\nT \nT thr\xffee\r\nT four');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-stream-offset': '0',
      'x-stream-line': '1',
      'x-stream-lines': '4',
      vary: 'Accept',
    });
    expect(answer.headers['etag'] ?? answer.headers['accept-ranges']).toBeUndefined();
    expect(answer.trailers).toEqual({ 'x-stream-state': 'closed; outcome=complete' });
  });

  it('need no count of the lines', async () => {
    const id = await store('line\n'.repeat(500_000));
    const { headers } = await get(id, '?timestamps&offset=0&length=100&notail');
    expect([headers['x-stream-offset'], headers['x-stream-lines']]).toEqual(['0', undefined]);
  });

  it('are those at which the lines were stored', async () => {
    const before = Date.now();
    const id = await store('one\n');
    const { text } = await get(id, '?timestamps');
    const at = Date.parse(text.slice(0, 24));
    // A mark may be a quarter of a second late, and clocks differ by a tick.
    expect(at).toBeGreaterThanOrEqual(before - 10);
    expect(at).toBeLessThanOrEqual(Date.now() + 10);
  });

  it.each([
    ['text/html; charset=iso-8859-1', 'text/plain; charset=iso-8859-1'],
    ['text/x; a=b;Charset="utf-8";c=d', 'text/plain;Charset="utf-8"'],
    ['image/png', 'text/plain'],
  ])('make text with the charset of the stream of %s', async (type, served) => {
    const id = await store('one\n', { 'Content-Type': type });
    expect((await get(id, '?timestamps')).headers['content-type']).toBe(served);
  });

  it('are live: the beginning of a line is sent at once, with its only time', async () => {
    const id = freshId();
    const producer = new Producer(of(id, ''));
    await producer.head;
    const consumer = await Consumer.open(of(id, '?timestamps'));
    await producer.write('Contin');
    await consumer.until('Z Contin');
    await producer.write('ue? ');
    await consumer.until('Continue? ');
    await producer.end('yes\nbye\n');
    expect((await consumer.end()).trailers).toEqual({ 'x-stream-state': 'closed; outcome=complete' });
    expect(shown(consumer)).toBe('T Continue? yes\nT bye\n');
  });

  it('have the part of an open stream that is asked for, and wait for no more of it than that', async () => {
    const id = freshId();
    const producer = new Producer(of(id, ''));
    await producer.head;
    const all = await Consumer.open(of(id, ''));
    await producer.write('one\ntwo\nthr');
    await all.until('thr');
    expect(shown(await get(id, '?timestamps&notail'))).toBe('T one\nT two\nT thr');
    expect(shown(await get(id, '?timestamps&tail=2&notail'))).toBe('T two\nT thr');
    expect(shown(await get(id, '?timestamps&line=2&lines=1'))).toBe('T two\n');
    expect(shown(await get(id, '?timestamps&offset=1&length=6'))).toBe('T ne\nT two');
    const later = await Consumer.open(of(id, '?timestamps&line=4&lines=1'));
    await producer.end('ee\nfour\nfive\n');
    await later.end();
    expect(shown(later)).toBe('T four\n');
    all.close();
  });

  it('are those of each reader, wherever it began, while many follow one stream', async () => {
    const id = freshId();
    const producer = new Producer(of(id, ''));
    await producer.head;
    const all = await Consumer.open(of(id, '?timestamps'));
    await producer.write('one\ntw');
    await all.until('tw');
    const whole = [
      all,
      ...(await Promise.all(Array.from({ length: 5 }, () => Consumer.open(of(id, '?timestamps'))))),
    ];
    const parts = await Promise.all(
      Array.from({ length: 5 }, () => Consumer.open(of(id, '?timestamps&offset=5'))),
    );
    const ends = await Promise.all(
      Array.from({ length: 5 }, () => Consumer.open(of(id, '?timestamps&line=3'))),
    );
    await producer.write('o\n');
    await producer.write('three\nfour\n');
    await producer.end('five\nsix');
    const readers = [...whole, ...parts, ...ends];
    for (const reader of readers)
      expect((await reader.end()).trailers).toEqual({ 'x-stream-state': 'closed; outcome=complete' });
    const rest = 'T three\nT four\nT five\nT six';
    expect(whole.map(shown)).toEqual(whole.map(() => `T one\nT two\n${rest}`));
    expect(parts.map(shown)).toEqual(parts.map(() => `T wo\n${rest}`));
    expect(ends.map(shown)).toEqual(ends.map(() => rest));
  });

  it('begin each line of an event, whose ids are as they are without', async () => {
    const id = await store('one\n\ntwo\nrest');
    const headers = { Accept: 'text/event-stream' };
    const plain = await get(id, '', headers);
    const timed = await get(id, '?timestamps', headers);
    expect(shown(timed)).toContain('data: T one\ndata: T \ndata: T two\n');
    expect(shown(timed)).toContain('data: T rest\n');
    expect(shown(timed).replaceAll('data: T ', 'data: ')).toBe(plain.text);
  });

  it('are once before a line that comes in parts as events', async () => {
    const id = freshId();
    const producer = new Producer(of(id, ''));
    await producer.head;
    const consumer = await Consumer.open(of(id, '?timestamps'), { Accept: 'text/event-stream' });
    await producer.write('Continue? ');
    await consumer.until('Z Continue? \n\n');
    await producer.end('yes\n\nbye\n');
    await consumer.end();
    expect(shown(consumer)).toContain('data: T Continue? \n\n');
    expect(shown(consumer)).toContain('data: yes\ndata: T \ndata: T bye\n\n');
  });

  it('leave NDJSON as it is, and no Range or condition counts', async () => {
    const id = await store('one\n');
    const ndjson = { Accept: 'application/x-ndjson' };
    expect((await get(id, '?timestamps', ndjson)).text).toBe((await get(id, '', ndjson)).text);
    const { etag = '' } = (await get(id, '')).headers;
    for (const headers of [{ Range: 'bytes=0-1' }, { 'If-None-Match': etag }] as const) {
      const answer = await get(id, '?timestamps', headers);
      expect([answer.status, shown(answer)]).toEqual([200, 'T one\n']);
    }
  });

  it('have the same head for HEAD, and may be saved as text', async () => {
    const id = await store('one\ntwo\n');
    const head = await request(of(id, '?timestamps&tail=1&download'), { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject({ 'content-type': 'text/plain', 'x-stream-line': '2' });
    expect(head.headers['content-disposition']).toContain('.txt');
  });
});
