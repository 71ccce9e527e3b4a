import { type Answer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const TEN = Array.from({ length: 10 }, (_, i) => `line ${i + 1}\n`).join('');

onEachStore(
  'a part of a closed stream',
  ({ url, freshId }) => {
    const store = async (body: string | Buffer): Promise<string> => {
      const id = freshId();
      await request(url(`/stream/${id}`), { method: 'POST', body });
      return id;
    };
    const get = (id: string, query: string, headers = {}): Promise<Answer> =>
      request(url(`/stream/${id}?${query}`), { headers });

    it.each([
      ['offset=63', 'line 10\n', '63'],
      ['offset=-8', 'line 10\n', '63'],
      ['offset=-9999', TEN, '0'],
      ['tail=1', 'line 10\n', '63'],
      ['tail=2', 'line 9\nline 10\n', '56'],
      ['tail=0', '', '71'],
      ['tail=99', TEN, '0'],
      ['line=1', TEN, '0'],
      ['line=10', 'line 10\n', '63'],
      ['line=11', '', '71'],
      ['line=3&lines=2', 'line 3\nline 4\n', '14'],
      ['line=9&lines=99', 'line 9\nline 10\n', '56'],
      ['tail=3&lines=1', 'line 8\n', '49'],
      ['lines=1', 'line 1\n', '0'],
      ['lines=0', '', '0'],
      ['length=0', '', '0'],
      ['length=4', 'line', '0'],
      ['line=2&length=6', 'line 2', '7'],
      ['offset=3&lines=2', 'e 1\nline 2\n', '3'],
      ['since=1h', TEN, '0'],
      ['since=1h&lines=1', 'line 1\n', '0'],
      ['since=2100-01-01T00:00:00Z', '', '71'],
      ['until=1h', '', '0'],
      ['until=2100-01-01T00:00:00Z', TEN, '0'],
      ['since=1h&until=4102444800&length=3', 'lin', '0'],
    ])('is sent for ?%s with its length and its offset', async (query, text, offset) => {
      const id = await store(TEN);
      const answer = await get(id, query);
      expect([answer.status, answer.text]).toEqual([200, text]);
      expect(answer.headers).toMatchObject({
        'content-length': String(text.length),
        'x-stream-offset': offset,
        'x-stream-state': 'closed; outcome=complete',
      });
      const head = await request(url(`/stream/${id}?${query}`), { method: 'HEAD' });
      const { 'content-length': length, etag, 'x-stream-line': line } = answer.headers;
      expect(head.headers).toMatchObject({ 'content-length': length, etag, 'x-stream-offset': offset });
      expect(head.headers['x-stream-line']).toBe(line);
    });

    it.each([
      ['line=3', '3'],
      ['offset=3&lines=2', '1'],
      ['offset=14&lines=2', '3'],
      ['tail=2', '9'],
      ['since=1h', '1'],
      ['line=11', '11'],
    ])('has the number of its first line and of all lines for ?%s', async (query, line) => {
      const { headers } = await get(await store(TEN), query);
      expect(headers).toMatchObject({ 'x-stream-line': line, 'x-stream-lines': '10' });
    });

    it('has no numbers of lines where bytes are asked for', async () => {
      for (const query of ['offset=3', 'length=3', 'notail']) {
        const { headers } = await get(await store(TEN), query);
        expect([headers['x-stream-line'], headers['x-stream-lines']]).toEqual([undefined, undefined]);
      }
    });

    it('counts what comes after the last LF as a line', async () => {
      const id = await store('one\ntwo');
      const answer = await get(id, 'tail=1');
      expect(answer.text).toBe('two');
      expect(answer.headers).toMatchObject({ 'x-stream-line': '2', 'x-stream-lines': '2' });
      expect((await get(id, 'line=2')).text).toBe('two');
      expect((await get(id, 'lines=2')).text).toBe('one\ntwo');
    });

    it.each(['', '\n', '\n\n\n', 'no end', '\r\n\r\n', 'a\rb\rc'])(
      'is right in a stream of nothing but %j',
      async (body) => {
        const id = await store(body);
        const lines = body.split(/(?<=\n)/).filter((line) => line !== '');
        const { headers, text } = await get(id, 'line=1');
        expect(text).toBe(body);
        expect(headers['x-stream-lines']).toBe(String(lines.length));
        expect((await get(id, 'tail=1')).text).toBe(lines.at(-1) ?? '');
        expect((await get(id, 'lines=1')).text).toBe(lines[0] ?? '');
      },
    );

    it.each([
      ['offset=72', 'offset 72'],
      ['line=12', 'line 12'],
      ['line=9007199254740991', 'line 9007199254740991'],
      ['offset=9007199254740991&lines=1', 'offset 9007199254740991'],
    ])('is refused for ?%s, which is beyond the end', async (query, what) => {
      const answer = await get(await store(TEN), query);
      expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */71']);
      expect(JSON.parse(answer.text)).toEqual({
        error: expect.stringContaining(`There is nothing at ${what}`),
        code: 'range_not_satisfiable',
      });
    });

    it('has ranges that count within it, and conditions', async () => {
      const id = await store(TEN);
      const part = await get(id, 'line=2&lines=2', { Range: 'bytes=5-7' });
      expect([part.status, part.text]).toEqual([206, '2\nl']);
      expect(part.headers).toMatchObject({ 'content-range': 'bytes 5-7/14', 'x-stream-offset': '12' });
      const beyond = await get(id, 'line=2&lines=2', { Range: 'bytes=14-' });
      expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */14']);
      const etag = String((await get(id, 'tail=2')).headers.etag);
      expect((await get(id, 'tail=2', { 'If-None-Match': etag })).status).toBe(304);
      expect((await get(id, 'tail=2', { 'If-Match': '"other"' })).status).toBe(412);
    });

    it('by time has an ETag of its own, as its bytes change with the time of the request', async () => {
      const id = await store(TEN);
      const whole = String((await get(id, '')).headers.etag);
      const byTime = String((await get(id, 'since=1h')).headers.etag);
      expect(byTime).not.toBe(whole);
      expect((await get(id, 'since=2100-01-01T00:00:00Z', { 'If-None-Match': byTime })).status).toBe(200);
      expect((await get(id, 'since=1h', { 'If-None-Match': byTime })).status).toBe(304);
    });

    it('is refused if its start was read from another generation', async () => {
      const id = await store(TEN);
      const generation = String((await get(id, '')).headers['x-stream-generation']);
      expect((await get(id, `line=3&lines=1&generation=${generation}`)).text).toBe('line 3\n');
      await request(url(`/stream/${id}?force=true`), { method: 'POST', body: TEN });
      for (const start of ['line=3', 'tail=2', 'offset=-5', 'since=1h', 'offset=3&lines=1']) {
        const answer = await get(id, `${start}&generation=${generation}`);
        expect([answer.status, JSON.parse(answer.text).code]).toEqual([409, 'stream_replaced']);
      }
    });

    it('may be read by a page of another origin, with what its headers say', async () => {
      const answer = await get(await store(TEN), 'tail=2', { Origin: 'https://app.example' });
      const exposed = String(answer.headers['access-control-expose-headers']);
      for (const name of ['X-Stream-Offset', 'X-Stream-Line', 'X-Stream-Lines', 'Content-Disposition'])
        expect(exposed.split(', ')).toContain(name);
    });
  },
  { config: 'http: {allowOrigin: any}' },
);
