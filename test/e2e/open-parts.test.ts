import { type Answer, Consumer, Producer, request } from '../support/http';
import { inTime } from '../support/in-time';
import { onEachStore } from './on-each-store';

onEachStore('a part of an open stream', ({ url, freshId }) => {
  const get = (id: string, query: string, headers = {}): Promise<Answer> =>
    request(url(`/stream/${id}?${query}`), { headers });
  const open = (id: string, query: string): Promise<Consumer> => Consumer.open(url(`/stream/${id}?${query}`));
  /** A stream that has `text` committed. */
  const begin = async (text: string): Promise<{ id: string; producer: Producer }> => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const all = await Consumer.open(url(`/stream/${id}`));
    await producer.write(text);
    await all.until(text);
    all.close();
    return { id, producer };
  };

  it.each([
    ['tail=1', 'two\n', '4', '2'],
    ['tail=0', '', '8', '3'],
    ['line=2', 'two\n', '4', '2'],
    ['line=3', '', '8', '3'],
    ['since=1h', 'one\ntwo\n', '0', '1'],
  ])('for ?%s is what is stored of it and then what comes', async (query, stored, offset, line) => {
    const { id, producer } = await begin('one\ntwo\n');
    const consumer = await open(id, query);
    expect(consumer.headers).toMatchObject({
      'x-stream-offset': offset,
      'x-stream-line': line,
      'x-stream-lines': '2',
      'transfer-encoding': 'chunked',
    });
    await consumer.until(stored);
    await producer.end('three\n');
    expect(await consumer.end()).toMatchObject({
      complete: true,
      trailers: { 'x-stream-state': 'closed; outcome=complete' },
    });
    expect(consumer.text).toBe(`${stored}three\n`);
  });

  it.each([
    ['line=2&lines=2', ['three\nfour\n'], 'two\nthree\n'],
    ['tail=1&lines=3', ['th', 'ree\nfo', 'ur\nfive\n'], 'two\nthree\nfour\n'],
    ['offset=5&lines=2', ['three\nfour\n'], 'wo\nthree\n'],
    ['length=11', ['three\nfour\n'], 'one\ntwo\nthr'],
    ['tail=0&length=4', ['th', 'ree\n'], 'thre'],
  ])(
    'for ?%s ends with its bound, and the trailer has the state of that moment',
    async (query, pieces, text) => {
      const { id, producer } = await begin('one\ntwo\n');
      const consumer = await open(id, query);
      expect(consumer.headers['trailer']).toBe('X-Stream-State');
      for (const piece of pieces) await producer.write(piece);
      expect(await consumer.end()).toEqual({ complete: true, trailers: { 'x-stream-state': 'open' } });
      expect(consumer.text).toBe(text);
      await producer.end();
    },
  );

  it.each([
    ['lines=2', 'one\ntwo\n'],
    ['line=2&lines=1', 'two\n'],
    ['length=3', 'one'],
    ['lines=0', ''],
    ['length=0', ''],
    ['tail=0&lines=0', ''],
    ['until=1h', ''],
  ])('for ?%s is answered at once with its length if all of it is stored', async (query, text) => {
    const { id, producer } = await begin('one\ntwo\n');
    const answer = await get(id, query);
    expect([answer.status, answer.text]).toEqual([200, text]);
    expect(answer.headers).toMatchObject({ 'content-length': String(text.length), 'x-stream-state': 'open' });
    expect(answer.headers.etag).toBeUndefined();
    await producer.end();
  });

  it.each([
    ['offset=12', 'e\nfour\n', '12'],
    ['line=4', 'four\n', undefined],
    ['line=4&lines=1', 'four\n', undefined],
    ['offset=12&length=3', 'e\nf', '12'],
    ['line=99', '', undefined],
  ])('that begins beyond the end for ?%s is waited for', async (query, text, offset) => {
    const { id, producer } = await begin('one\ntwo\n');
    const consumer = await open(id, query);
    expect(consumer.headers['x-stream-offset']).toBe(offset);
    await producer.write('thr');
    await producer.write('ee\nfo');
    await producer.end('ur\n');
    expect(await consumer.end()).toMatchObject({ complete: true });
    expect(consumer.text).toBe(text);
  });

  it.each(['offset=99', 'line=99', 'since=2100-01-01T00:00:00Z'])(
    'that begins beyond the end is empty for ?%s&notail',
    async (start) => {
      const { id, producer } = await begin('one\ntwo\n');
      const answer = await get(id, `${start}&notail`);
      expect([answer.status, answer.headers['content-length']]).toEqual([200, '0']);
      await producer.end();
    },
  );

  it('with notail is what is stored of it', async () => {
    const { id, producer } = await begin('one\ntwo\nthr');
    expect((await get(id, 'tail=2&notail')).text).toBe('two\nthr');
    expect((await get(id, 'line=2&lines=9&notail')).text).toBe('two\nthr');
    const answer = await get(id, 'line=3&notail');
    expect(answer.text).toBe('thr');
    expect(answer.headers).toMatchObject({
      'x-stream-line': '3',
      'x-stream-lines': '3',
      'content-length': '3',
    });
    await producer.end();
  });

  it('up to a time to come is followed until then, and ends although nothing comes', async () => {
    const { moment, done } = await inTime(async (until) => {
      const { id, producer } = await begin('one\n');
      const [consumer, all] = [await open(id, `until=${until / 1_000}`), await open(id, '')];
      await producer.write('two\n');
      await all.until('two\n');
      return { consumer, producer };
    });
    const { consumer, producer } = done;
    expect(await consumer.end()).toEqual({ complete: true, trailers: { 'x-stream-state': 'open' } });
    expect(consumer.text).toBe('one\ntwo\n');
    expect(Date.now()).toBeGreaterThanOrEqual(moment);
    await producer.end();
  });

  it('from a time to come on begins with the first line that is begun then', async () => {
    const { moment, done } = await inTime(async (since) => {
      const { id, producer } = await begin('before\n');
      const [consumer, all] = [await open(id, `since=${since / 1_000}`), await open(id, 'tail=0')];
      await producer.write('early\nunfin');
      await all.until('unfin');
      return { consumer, producer, all };
    });
    const { consumer, producer, all } = done;
    // The clock is what this is about.
    await new Promise((resolve) => setTimeout(resolve, moment + 100 - Date.now()));
    await producer.end('ished\nlate\n');
    await consumer.end();
    expect(consumer.text).toBe('late\n');
    await all.end();
  });

  it('is answered to HEAD with the headers of GET and without a body', async () => {
    const { id, producer } = await begin('one\ntwo\n');
    const head = (query: string) => request(url(`/stream/${id}?${query}`), { method: 'HEAD' });
    const live = await head('line=2');
    expect([live.status, live.text]).toEqual([200, '']);
    expect(live.headers).toMatchObject({
      'x-stream-offset': '4',
      'x-stream-line': '2',
      'upload-offset': '8',
    });
    expect(live.headers['content-length']).toBeUndefined();
    expect((await head('lines=1')).headers['content-length']).toBe('4');
    expect((await head('line=99')).headers['x-stream-line']).toBe('99');
    await producer.end();
  });

  it('reaches readers that come at any time alike, whatever pieces it comes in', async () => {
    const { id, producer } = await begin('0\n');
    const consumers: Consumer[] = [];
    for (let line = 1; line < 60; line += 1) {
      consumers.push(await open(id, 'line=20&lines=30'));
      await producer.write(`${line}`);
      await producer.write('\n');
    }
    const wanted = Array.from({ length: 30 }, (_, i) => `${i + 19}\n`).join('');
    await Promise.all(consumers.map((consumer) => consumer.end()));
    expect(consumers.map(({ text }) => text)).toEqual(consumers.map(() => wanted));
    await producer.end();
  });
});
