import { setTimeout as passes } from 'node:timers/promises';
import { Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const MARKDOWN = { Accept: 'text/markdown' };

onEachStore('the digest of a stream', ({ url, freshId }) => {
  const made = async (
    body: string | Buffer,
    headers: Record<string, string> = {},
    id = freshId(),
  ): Promise<string> => {
    expect((await request(url(`/stream/${id}`), { method: 'POST', body, headers })).status).toBe(201);
    return id;
  };
  const digestOf = async (id: string) => {
    const answer = await request(url(`/stream/${id}/digest`));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    return JSON.parse(answer.text);
  };

  it('has the outcome, the exit code, the size, the errors with their links and the last lines', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index + 1}`);
    for (const at of [10, 20, 30, 40, 50, 60, 70, 170]) lines[at - 1] = `x.c:${at}: error: bad`;
    lines[98] = '##[error]broken';
    const body = `${lines.join('\n')}\n`;
    const id = await made(body, { 'X-Stream-Metadata': '{"exitCode":2}' });
    const digest = await digestOf(id);
    expect(digest).toMatchObject({
      id,
      url: url(`/stream/${id}`),
      state: 'closed',
      outcome: 'complete',
      exitCode: 2,
      bytes: body.length,
      lines: 200,
      ended: true,
      errors: { count: 9 },
      folds: [],
    });
    const { first, last } = digest.errors;
    expect(first.map(({ line }: { line: number }) => line)).toEqual([10, 20, 30, 40, 50]);
    expect(last.map(({ line }: { line: number }) => line)).toEqual([60, 70, 99, 170]);
    expect(first[0]).toEqual({
      line: 10,
      time: expect.stringMatching(/^20\d\d-/),
      text: 'x.c:10: error: bad',
      link: url(`/stream/${id}#L10`),
      context: { before: ['line 7', 'line 8', 'line 9'], after: ['line 11', 'line 12', 'line 13'] },
    });
    expect(digest.lastLines.map(({ text }: { text: string }) => text)).toEqual(lines.slice(-30));
    expect(digest).not.toHaveProperty('partial');
  });

  it('of an open stream says that it is not the end, and grows with the stream', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.write('::group::Build\nerror: one\n');
    for (;;) if ((await request(url(`/stream/${id}?notail`))).text?.includes('one')) break;
    expect(await digestOf(id)).toMatchObject({ state: 'open', ended: false, lines: 2, errors: { count: 1 } });
    expect((await request(url(`/stream/${id}/digest`), { headers: MARKDOWN })).text).toContain(
      'This is not the end',
    );
    await passes(1_100);
    await producer.end('::endgroup::\nerror: two\n');
    const digest = await digestOf(id);
    expect(digest).toMatchObject({ ended: true, lines: 4, errors: { count: 2 } });
    const [silence] = digest.silences;
    expect(silence).toMatchObject({ line: 3, link: url(`/stream/${id}#L3`) });
    expect(silence.seconds).toBeGreaterThanOrEqual(1);
    expect(digest.folds).toMatchObject([{ line: 1, end: 3, title: 'Build' }]);
    expect(digest.folds[0].seconds).toBeGreaterThanOrEqual(1);
    expect(digest.seconds).toBeGreaterThanOrEqual(1);
  });

  it('of an empty stream, and of one line of many bytes, is small', async () => {
    expect(await digestOf(await made(''))).toMatchObject({ lines: 0, lastLines: [], errors: { count: 0 } });
    const digest = await digestOf(await made(`error: ${'€'.repeat(2_000_000)}`));
    expect(digest.lines).toBe(1);
    expect(digest.errors.first[0]).toMatchObject({ line: 1, cut: true });
    expect(JSON.stringify(digest).length).toBeLessThan(10_000);
  });

  it('of a replaced stream is that of the new one', async () => {
    const id = await made('error: old\n');
    expect((await digestOf(id)).errors.count).toBe(1);
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'fine\n' });
    expect((await digestOf(id)).errors.count).toBe(0);
  });
});

describe('the digest', () => {
  const { url } = withLoom({
    store: 'memory:',
    config: `
tokens:
  - {token: reader, scopes: [consume], prefix: build-}
  - {token: writer, scopes: [produce]}
http: {allowOrigin: ["https://app.example"]}
digest: {patterns: ["^E\\\\d", "(a+)+$"]}
search: {timeout: 1s}
`,
  });
  const ask = (path: string, token: string, headers: Record<string, string> = {}, method = 'GET') =>
    request(url(path), { method, headers: { Authorization: `Bearer ${token}`, ...headers } });
  const made = (id: string, body: string) =>
    request(url(`/stream/${id}`), { method: 'POST', body, headers: { Authorization: 'Bearer writer' } });

  beforeAll(() => made('build-7', 'E1\nerror: none by these patterns\n'));

  it('is for those who may read the stream', async () => {
    expect((await ask('/stream/build-7/digest', 'writer')).status).toBe(403);
    expect((await ask('/stream/other/digest', 'reader')).status).toBe(403);
    expect((await request(url('/stream/build-7/digest'))).status).toBe(401);
    expect((await ask('/stream/build-8/digest', 'reader')).status).toBe(404);
    expect((await ask('/stream/build-7/digest', 'reader', {}, 'POST')).status).toBe(405);
  });

  it('finds the errors that the setting says', async () => {
    const { errors } = JSON.parse((await ask('/stream/build-7/digest', 'reader')).text);
    expect(errors.first.map(({ text }: { text: string }) => text)).toEqual(['E1']);
  });

  it('is Markdown only for a client that prefers it, and says so to caches', async () => {
    const answers = await Promise.all(
      ['text/markdown', '*/*', 'application/json, text/markdown;q=0.5', 'text/html,*/*;q=0.8'].map((Accept) =>
        ask('/stream/build-7/digest', 'reader', { Accept }),
      ),
    );
    expect(answers.map(({ headers }) => headers['content-type'])).toEqual([
      'text/markdown; charset=utf-8',
      'application/json',
      'application/json',
      'application/json',
    ]);
    for (const { headers } of answers) {
      expect(headers['vary']).toBe('Origin, Accept, Accept-Encoding');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('has the same head for HEAD, without a body', async () => {
    const [got, head] = [
      await ask('/stream/build-7/digest', 'reader', MARKDOWN),
      await ask('/stream/build-7/digest', 'reader', MARKDOWN, 'HEAD'),
    ];
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      String(got.body.length),
    ]);
  });

  it('may be read by a page of an allowed origin', async () => {
    const { headers } = await ask('/stream/build-7/digest', 'reader', { Origin: 'https://app.example' });
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
  });

  it('links to the address that the client gives', async () => {
    const path = '/stream/build-7/digest?url=https%3A%2F%2Fci.example%2Floom%2F';
    expect(JSON.parse((await ask(path, 'reader')).text).url).toBe('https://ci.example/loom/stream/build-7');
    const viaTls = await ask('/stream/build-7/digest', 'reader', { 'X-Forwarded-Proto': 'https' });
    expect(JSON.parse(viaTls.text).url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/stream\/build-7$/);
  });

  it.each(['javascript:alert(1)', 'https://a@b/', 'https://b/?q', 'x', ''])(
    'refuses to link to %j',
    async (address) => {
      const answer = await ask(`/stream/build-7/digest?url=${encodeURIComponent(address)}`, 'reader');
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'parameter_invalid']);
    },
  );

  it('refuses unknown parameters', async () => {
    expect((await ask('/stream/build-7/digest?lines=3', 'reader')).status).toBe(400);
  });

  it('of a log that an expression takes too long for is partial, and has the rest', async () => {
    await made('build-9', `E1\n${'a'.repeat(40)}!\nE2\n`);
    const answer = await ask('/stream/build-9/digest', 'reader');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ partial: true, lines: 3, lastLines: { length: 3 } });
  });
});

describe('a digest while the server searches as much as it may', () => {
  const { url } = withLoom({
    store: 'memory:',
    config: 'digest: {patterns: ["(a+)+$"]}\nsearch: {timeout: 1s, concurrency: 1}',
  });

  it('is refused with 429, until the other one is made', async () => {
    await request(url('/stream/slow'), { method: 'POST', body: `${'a'.repeat(40)}!\n` });
    const first = request(url('/stream/slow/digest'));
    for (;;) {
      const second = await request(url('/stream/slow/digest'));
      if (second.status === 200) continue;
      expect([second.status, JSON.parse(second.text).code]).toEqual([429, 'too_many_searches']);
      expect(second.headers['retry-after']).toBe('1');
      break;
    }
    expect((await first).status).toBe(200);
    // It is in memory now, and needs no place.
    expect((await request(url('/stream/slow/digest'))).status).toBe(200);
  });
});
