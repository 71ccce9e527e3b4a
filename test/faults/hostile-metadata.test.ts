import { withLoom } from '../e2e/with-loom';
import { request } from '../support/http';
import { complaints } from './health';
import { RawConnection } from './raw-connection';
import { withStage } from './stage';
import { StreamProcess } from './stream-process';

const POLLUTED = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';

describe('metadata', () => {
  const loom = withLoom({ store: 'file:', config: '' });
  const stage = withStage();
  let count = 0;
  const freshId = (): string => {
    count += 1;
    return `meta-${count}`;
  };
  const post = (id: string, metadata: string, headers = {}) =>
    request(loom.url(`/stream/${id}`), {
      method: 'POST',
      headers: { 'X-Stream-Metadata': metadata, ...headers },
      // Text would be joined with the head, and both encoded as UTF-8.
      body: Buffer.from('x'),
    });
  const patch = (id: string, metadata: string) =>
    request(loom.url(`/stream/${id}`), {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': '1',
        'Upload-Complete': '?0',
        'X-Stream-Metadata': metadata,
      },
    });
  const listed = async (id: string): Promise<unknown> =>
    JSON.parse((await request(loom.url(`/stream?prefix=${id}`))).text).streams[0].metadata;
  afterEach(async () => {
    expect((await request(loom.url('/healthz'))).status).toBe(200);
    expect(complaints(loom.process())).toEqual([]);
  });

  it.each([
    ['a header', '"x\\r\\nX-Injected: yes"'],
    ['a header, by LF alone', '"x\\nX-Injected: yes"'],
    ['the end of the head', '"x\\r\\n\\r\\n<script>alert(1)</script>"'],
    ['a NUL and an escape', '"\\u0000\\u001b[2J\\u007f\\u009b"'],
    ['characters outside Latin-1', '"\\u2028\\u{1F4A9}"'.replace('\\u{1F4A9}', '\\ud83d\\udca9')],
    ['half a character', '"\\ud83d"'],
    ['a header, by the name of a member,', '{"a\\r\\nX-Injected: yes":1}'],
  ])('metadata cannot inject %s into an answer', async (_, metadata) => {
    const id = freshId();
    expect((await post(id, metadata)).status).toBe(201);
    const connection = await RawConnection.open(loom.process().port);
    connection.send(`GET /stream/${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const answer = await connection.whole();
    expect(answer).not.toMatch(/^X-Injected|^<script/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
    expect(answer).not.toMatch(/[\0\x1b\x7f-\xff]/);
    const header = /^X-Stream-Metadata: (.*)\r$/m.exec(answer)?.[1] ?? '';
    expect(JSON.parse(header)).toEqual(JSON.parse(metadata));
    expect(await listed(id)).toEqual(JSON.parse(metadata));
  });

  it('metadata with a bare CR or NUL is refused', async () => {
    for (const character of ['\r', '\0']) {
      const connection = await RawConnection.open(loom.process().port);
      connection.send(
        `POST /stream HTTP/1.1\r\nHost: localhost\r\nX-Stream-Metadata: "a${character}b"\r\n\r\n`,
      );
      expect(await connection.whole()).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it('metadata may be a hundred levels deep, even when merged, but not more', async () => {
    const id = freshId();
    const deep = (levels: number, leaf: string): string =>
      `${'{"a":'.repeat(levels)}${leaf}${'}'.repeat(levels)}`;
    expect((await post(id, deep(100, '[]'), { 'Upload-Complete': '?0' })).status).toBe(400);
    expect((await post(id, deep(100, '1'), { 'Upload-Complete': '?0' })).status).toBe(201);
    expect((await patch(id, deep(100, '2'))).status).toBe(204);
    expect((await patch(id, deep(101, '3'))).status).toBe(400);
    expect(JSON.stringify(await listed(id))).toBe(deep(100, '2'));
  });

  it('bin/stream follows a stream with the largest metadata', async () => {
    const id = freshId();
    expect((await post(id, Buffer.from(JSON.stringify('é'.repeat(8_000))).toString('latin1'))).status).toBe(
      201,
    );
    const follower = stage.add(
      new StreamProcess(['follow', '--give-up-after', '1s', loom.url(''), id]),
      (it) => it.kill(),
    );
    expect(await follower.exited).toBe(0);
  });

  it.each([
    ['16 KiB of [', '['.repeat(16 * 1024), 400],
    ['8,000 lists in one another', `${'['.repeat(8_000)}${']'.repeat(8_000)}`, 400],
    ['more than 16 KiB', JSON.stringify('x'.repeat(16 * 1024)), 431],
    ['more than 16 KiB once escaped', `"${'é'.repeat(8 * 1024)}"`, 431],
    ['not JSON', "{'a': 1}", 400],
    ['JSON twice', '{} {}', 400],
    ['NaN', 'NaN', 400],
  ])('metadata that is %s is refused and creates no stream', async (_, metadata, status) => {
    const id = freshId();
    const answer = await post(id, Buffer.from(metadata).toString('latin1'));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).error).toContain('X-Stream-Metadata');
    expect(answer.text.length).toBeLessThan(200);
    expect((await request(loom.url(`/stream/${id}`))).status).toBe(404);
  });

  it('a merge of metadata beyond the limit is refused', async () => {
    const id = freshId();
    await post(id, JSON.stringify({ a: 'x'.repeat(10_000) }), { 'Upload-Complete': '?0' });
    expect((await patch(id, JSON.stringify({ b: 'x'.repeat(10_000) }))).status).toBe(431);
    expect(await listed(id)).toEqual({ a: 'x'.repeat(10_000) });
  });

  it('metadata is plain data, whatever the names of its members', async () => {
    const id = freshId();
    expect((await post(id, POLLUTED, { 'Upload-Complete': '?0' })).status).toBe(201);
    expect((await patch(id, POLLUTED)).status).toBe(204);
    expect((await patch(id, '{"__proto__":{"more":1}}')).status).toBe(204);
    const { text } = await request(loom.url(`/stream?prefix=${id}`));
    expect(text).toContain(
      '"metadata":{"__proto__":{"polluted":true,"more":1},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect((await patch(id, '{"__proto__":null}')).status).toBe(204);
    expect((await request(loom.url(`/stream?prefix=${id}`))).text).not.toContain('__proto__');
  });

  it('metadata and queries do not pollute prototypes', async () => {
    const queries = [
      '__proto__[limit]=1',
      '__proto__.force=true',
      'constructor[prototype][notail]=1',
      '__proto__=x',
    ];
    for (const query of queries) await request(loom.url(`/stream?${query}`));
    const id = freshId();
    expect((await post(id, POLLUTED)).status).toBe(201);
    // A polluted prototype would give every request `force`, `polluted` or a limit.
    expect((await post(id, POLLUTED)).status).toBe(409);
    const other = freshId();
    await post(other, '{}');
    expect((await request(loom.url(`/stream/${other}`))).headers['x-stream-metadata']).toBe('{}');
    expect((await request(loom.url(`/stream?prefix=${other}`))).text).not.toContain('polluted');
    expect(JSON.parse((await request(loom.url('/stream'))).text).streams.length).toBeGreaterThan(1);
  });

  it.each(['Content-Type', 'Idempotency-Key', 'X-Request-Id'])(
    'a hostile %s cannot inject anything into an answer',
    async (name) => {
      const id = freshId();
      const value = Buffer.from('text/plain; a="é\u{1F4A9}"').toString('latin1');
      const connection = await RawConnection.open(loom.process().port);
      connection.send(
        `POST /stream/${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n${name}: ${value}\x7f\r\n\r\nx`,
      );
      const answer = await connection.whole();
      expect(answer).toMatch(/^HTTP\/1\.1 (201|400) /);
      expect(answer).not.toContain('é'.slice(0, 1));
      if (answer.includes(' 201 ')) {
        const { headers } = await request(loom.url(`/stream/${id}`));
        expect(headers['content-type']).toBe('application/octet-stream');
      }
    },
  );
});

describe('hostile tokens', () => {
  const token = 'a-token-of-some-length';
  const loom = withLoom({ store: 'memory:', config: `tokens: ["${token}"]` });

  it('a wrong token of any length is refused', async () => {
    const lengths = Array.from({ length: 2 * token.length }, (_, n) => token.repeat(2).slice(0, n + 1));
    const wrong = lengths.filter((candidate) => candidate !== token);
    for (const candidate of [...wrong, 'x'.repeat(8_000), `${token}%00`, token.toUpperCase(), '__proto__']) {
      const byHeader = await request(loom.url('/stream'), {
        headers: { Authorization: `Bearer ${candidate}` },
      });
      expect(byHeader.status).toBe(401);
      expect((await request(loom.url(`/stream?access_token=${candidate}`))).status).toBe(401);
    }
    const right = await request(loom.url('/stream'), { headers: { Authorization: `Bearer ${token}` } });
    expect(right.status).toBe(200);
  });

  it('a wrong and a right token are never logged', async () => {
    await request(loom.url('/stream?access_token=SECRET'));
    await request(loom.url(`/stream?access_token=${token}`), { headers: { Authorization: 'Bearer SECRET' } });
    await request(loom.url('/stream/SEC'), { headers: { Authorization: `Bearer ${token}` } });
    // Then all lines are out.
    await loom.process().stop();
    expect(loom.output()).toContain('"path":"/stream/SEC"');
    expect(loom.output()).not.toContain('SECRET');
    expect(loom.output()).not.toContain(token);
  });
});
