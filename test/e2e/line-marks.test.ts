import { gunzipSync } from 'node:zlib';
import { Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('the index of a stream', ({ url, freshId }) => {
  const index = (id: string, query = '', headers = {}) =>
    request(url(`/stream/${id}/index${query}`), { headers });
  const marksOf = async (id: string, query = '') => JSON.parse((await index(id, query)).text);
  const made = async (body: string): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body });
    return id;
  };

  it('has where every so many lines begin, and when', async () => {
    const id = await made('1\n22\n333\n\n55555\n6');
    const { marks, ...rest } = await marksOf(id, '?step=2');
    expect(rest).toEqual({
      generation: expect.stringMatching(/^[\da-f-]{36}$/),
      state: 'closed',
      outcome: 'complete',
      bytes: 17,
      lines: 6,
      step: 2,
      endsInNewline: false,
    });
    expect(marks).toEqual([1, 3, 5].map((line, i) => [line, [0, 5, 10][i], expect.any(Number)]));
    expect((await marksOf(id, '?step=2&from=2')).marks).toEqual(
      [2, 4, 6].map((line, i) => [line, [2, 9, 16][i], expect.any(Number)]),
    );
    expect((await marksOf(id, '?from=7')).marks).toEqual([]);
  });

  it('of an empty stream has no marks', async () => {
    expect(await marksOf(await made(''))).toMatchObject({
      lines: 0,
      bytes: 0,
      marks: [],
      endsInNewline: false,
    });
  });

  it('has 10,000 marks per answer, which go on where the one before ended', async () => {
    const id = await made('x\n'.repeat(25_000));
    const lines: number[] = [];
    for (let next: number | undefined = 1; next !== undefined; ) {
      const answer: { marks: number[][]; next?: number } = await marksOf(id, `?step=1&from=${next}`);
      expect(answer.marks.length).toBeLessThanOrEqual(10_000);
      for (const [line = 0, offset] of answer.marks) {
        expect(offset).toBe(2 * (line - 1));
        lines.push(line);
      }
      next = answer.next;
    }
    expect(lines).toEqual(Array.from({ length: 25_000 }, (_, i) => i + 1));
  });

  it('of a large stream has the same lines as its text', async () => {
    const texts = Array.from({ length: 60_000 }, (_, i) => `${'x'.repeat(i % 200)}\n`);
    const id = await made(texts.join(''));
    const { lines, marks } = await marksOf(id, '?step=1000');
    expect(lines).toBe(texts.length);
    const offsets = Array.from({ length: 60 }, (_, i) => texts.slice(0, 1_000 * i).join('').length);
    expect(marks.map(([line, offset]: number[]) => [line, offset])).toEqual(
      offsets.map((offset, i) => [1 + 1_000 * i, offset]),
    );
  });

  it('is not sent again while it is the same, in either coding', async () => {
    const id = await made(`${'x'.repeat(99)}\n`.repeat(2_000));
    const plain = await index(id, '?step=10');
    const packed = await index(id, '?step=10', { 'Accept-Encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).toString()).toBe(plain.text);
    for (const { headers } of [plain, packed]) {
      const again = await index(id, '?step=10', { 'If-None-Match': String(headers.etag) });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', headers.etag]);
      expect((await index(id, '?step=11', { 'If-None-Match': String(headers.etag) })).status).toBe(200);
    }
    const { status, headers, text } = await request(url(`/stream/${id}/index?step=10`), { method: 'HEAD' });
    expect([status, text, headers.etag]).toEqual([200, '', plain.headers.etag]);
  });

  it('changes with an open stream', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('a\n');
    expect((await request(url(`/stream/${id}/wait?for=bytes&count=2`))).status).toBe(200);
    const before = await index(id);
    const headers = { 'If-None-Match': String(before.headers.etag) };
    expect((await index(id, '', headers)).status).toBe(304);
    await producer.write('b\nc');
    expect((await request(url(`/stream/${id}/wait?for=bytes&count=5`))).status).toBe(200);
    const after = await index(id, '', headers);
    expect(after.status).toBe(200);
    expect(JSON.parse(after.text)).toMatchObject({ state: 'open', lines: 3, endsInNewline: false });
    expect(JSON.parse((await request(url(`/stream/${id}/info`))).text)).toMatchObject({ lines: 3 });
    await producer.end();
  });

  it.each(['?step=0', '?step=1000001', '?from=0', '?step=1&step=2', '?lines=3'])(
    'refuses %s',
    async (query) => {
      const { status, text } = await index(await made('x'), query);
      expect([status, JSON.parse(text).code]).toEqual([400, 'parameter_invalid']);
    },
  );
});
