import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../faults/eventually';
import { withStage } from '../../faults/stage';
import { type Answer, Consumer, request } from '../../support/http';
import { startRedisServer } from '../../support/redis-server';
import { bearer, TokenServer } from './token-server';

const CONFIG = `
tokens:
  - root
  - {token: reading, name: reader, scopes: [consume], prefix: build-}
  - {token: short, name: short, expires: 2100-01-01T00:00:00Z}
`;
const SECRETS = ['a', 'b', 'c'].map((letter) => letter.repeat(40));
const keysOf = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const FIRST = `k1 ${SECRETS[0]}`;
const SECOND = `k2 ${SECRETS[1]}`;

/** What the server says of a new link. */
interface MadeLink {
  readonly url: string;
  readonly page: string;
  readonly token: string;
  readonly expires: string;
  readonly generation?: string;
}

describe('links to single streams', () => {
  const stage = withStage();

  const start = async (options: Parameters<typeof TokenServer.start>[1] = {}) => {
    const keys = join(await stage.directory(), 'link-keys');
    writeFileSync(keys, keysOf('# of this test', FIRST));
    const env = { ...options.env, LOOM_LINKS_KEYS_FILE: keys };
    const server = await TokenServer.start(stage, { config: CONFIG, ...options, env });
    await server.post('/stream/build-1', 'root', { 'Upload-Complete': '?0' });
    return { server, keys };
  };
  const ask = (server: TokenServer, token: string, body?: object | string, id = 'build-1') =>
    request(`${server.loom.url}/stream/${id}/links`, {
      method: 'POST',
      headers: bearer(token),
      body: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
    });
  const linkOf = async (...args: Parameters<typeof ask>): Promise<MadeLink> => {
    const answer = await ask(...args);
    expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
    return JSON.parse(answer.text);
  };
  const codeOf = ({ status, text }: Answer) => [status, JSON.parse(text).code];

  it('a link reads its stream, in the query as in a header, and nothing else', async () => {
    const { server } = await start();
    await server.post('/stream/build-10', 'root');
    const made = await ask(server, 'reading', { scopes: ['consume'], expiresIn: '1h' });
    expect(made.headers['cache-control']).toBe('no-store');
    const { url, page, token, expires }: MadeLink = JSON.parse(made.text);
    const left = Date.parse(expires) - Date.now();
    expect([left > 0, left <= 3_600_000]).toEqual([true, true]);
    expect(page).toBe(`${server.loom.url}/stream/build-1#token=${token}`);
    const tail = await Consumer.open(url);
    expect([tail.status, await tail.until('x\n')]).toEqual([200, 'x\n']);
    tail.close();
    for (const path of [
      '/stream/build-1/info',
      '/v1/stream/build-1',
      '/stream/build-1/matches?q=x&live=false',
    ])
      expect([path, (await server.get(path, token)).status]).not.toEqual([path, 403]);
    for (const path of [
      '/stream/build-10',
      '/stream/build-10/info',
      '/v1/stream/build-10',
      '/stream',
      '/events',
    ])
      expect([path, ...codeOf(await server.get(path, token))]).toEqual([path, 403, 'link_other_stream']);
    expect(codeOf(await server.get('/spy', token))).toEqual([403, 'forbidden']);
    expect(codeOf(await server.post('/stream/build-1?force=true', token))).toEqual([403, 'forbidden']);
    expect(codeOf(await ask(server, token))).toEqual([403, 'forbidden']);
  });

  it('a link to write creates its stream, and no other', async () => {
    const { server } = await start();
    const { token } = await linkOf(server, 'root', { scopes: ['produce'], expiresIn: '5m' }, 'new');
    expect((await server.post('/stream/new', token)).status).toBe(201);
    expect(codeOf(await server.post('/stream/new2', token))).toEqual([403, 'link_other_stream']);
    expect(codeOf(await server.post('/stream', token))).toEqual([403, 'link_other_stream']);
    expect(codeOf(await server.get('/stream/new', token))).toEqual([403, 'forbidden']);
  });

  it('a link to delete deletes its stream, and no build whose prefix is its id', async () => {
    const { server } = await start();
    for (const id of ['build-7-', 'build-7-a']) await server.post(`/stream/${id}`, 'root');
    const { token } = await linkOf(server, 'root', { scopes: ['delete'] }, 'build-7-');
    const remove = (path: string) =>
      request(server.loom.url + path, { method: 'DELETE', headers: bearer(token) });
    expect(codeOf(await remove('/stream/build/7'))).toEqual([403, 'link_other_stream']);
    expect((await remove('/stream/build-7-')).status).toBe(204);
    expect((await server.get('/stream/build-7-a', 'root')).status).toBe(200);
  });

  it('a link allows no more than the token that makes it', async () => {
    const { server } = await start();
    expect(codeOf(await ask(server, 'reading', { scopes: ['produce'] }))).toEqual([403, 'forbidden']);
    expect(codeOf(await ask(server, 'reading', {}, 'other'))).toEqual([403, 'forbidden']);
    server.replace(
      server.settings,
      CONFIG.replace('2100-01-01T00:00:00Z', new Date(Date.now() + 60_000).toISOString()),
    );
    await eventually('the token has its new end', async () => {
      const { expires } = await linkOf(server, 'short', { expiresIn: '2d' });
      return Date.parse(expires) < Date.now() + 120_000;
    });
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['{"scope":["consume"]}', 'has the unknown member "scope"; allowed are scopes, expiresIn, generation'],
    ['{"scopes":["spy"]}', 'needs scopes: a list of one or more of produce, consume, delete'],
    ['{"scopes":[]}', 'needs scopes'],
    ['{"expiresIn":60}', 'has an expiresIn that must be a duration from 1s to'],
    ['{"expiresIn":"31d"}', 'has an expiresIn that must be a duration from 1s to 30d with its unit'],
    ['{"generation":"1"}', 'has a generation that is neither true nor false'],
    ['{"generation":true,"scopes":["produce"]}', 'can have the scope consume only'],
  ])('the body %s is refused with what is allowed', async (body, sentence) => {
    const { server } = await start();
    const answer = await ask(server, 'root', body);
    expect(codeOf(answer)).toEqual([400, 'body_invalid']);
    expect(JSON.parse(answer.text).error).toContain(sentence);
  });

  it('a link to a generation needs a stream, and a body of 4 KiB at most is taken', async () => {
    const { server } = await start();
    expect(codeOf(await ask(server, 'root', { generation: true }, 'none'))).toEqual([
      404,
      'stream_not_found',
    ]);
    expect(codeOf(await ask(server, 'root', ' '.repeat(5_000)))).toEqual([413, 'body_too_large']);
  });

  it('whatever is changed in a link, it is refused', async () => {
    const { server, keys } = await start();
    server.replace(keys, keysOf(FIRST, SECOND));
    await server.loom.logged('keys of links changed');
    const { token, generation } = await linkOf(server, 'root', { generation: true, expiresIn: '1h' });
    const [version = '', key = '', grant = '', mac = ''] = token.split('.');
    const read = (text: string): unknown[] => JSON.parse(Buffer.from(text, 'base64url').toString());
    const [id, ofGeneration, scopes, until, by] = read(grant);
    expect([id, ofGeneration, scopes, by]).toEqual(['build-1', generation, ['consume'], '#1']);
    const written = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const last = mac.endsWith('A') ? 'B' : 'A';
    const tampered = {
      scope: [version, key, written(id, ofGeneration, ['consume', 'delete'], until, by), mac],
      id: [version, key, written('build-2', ofGeneration, scopes, until, by), mac],
      expiry: [version, key, written(id, ofGeneration, scopes, Number(until) + 1, by), mac],
      generation: [version, key, written(id, null, scopes, until, by), mac],
      'key id': [version, 'k2', grant, mac],
      mac: [version, key, grant, mac.slice(0, -1) + last],
      'half of it': [version, key, grant],
      version: ['loomlink2', key, grant, mac],
      'a dot more': [version, key, grant, mac, ''],
    };
    for (const [what, parts] of Object.entries(tampered))
      expect([what, ...codeOf(await server.get('/stream/build-1', parts.join('.')))]).toEqual([
        what,
        401,
        'link_invalid',
      ]);
    const unknown = [version, 'k9', grant, mac].join('.');
    expect(codeOf(await server.get('/stream/build-1', unknown))).toEqual([401, 'link_key_unknown']);
  });

  it('a link that has expired is refused, and its tail is cut when it does', async () => {
    const { server } = await start();
    const { url, token } = await linkOf(server, 'root', { expiresIn: '3s' });
    const tail = await Consumer.open(url);
    // On a machine that is slow it may have expired already.
    if (tail.status === 200) expect(await tail.end()).toMatchObject({ complete: false });
    expect(codeOf(await server.get('/stream/build-1', token))).toEqual([401, 'link_expired']);
  });

  it('a link to one generation does not read the stream that replaces it', async () => {
    const { server } = await start();
    const [bound, free] = [
      await linkOf(server, 'root', { generation: true }),
      await linkOf(server, 'root', {}),
    ];
    await server.post('/stream/build-1?force=true', 'root');
    const below = ['', '/info', '/index', '/digest', '/wait', '/matches?q=x', '/progressiveText?start=0'];
    const paths = ['/v1/stream/build-1', ...below.map((path) => `/stream/build-1${path}`)];
    for (const path of paths)
      expect([path, ...codeOf(await server.get(path, bound.token))]).toEqual([path, 410, 'link_replaced']);
    expect((await server.get('/stream/build-1', free.token)).text).toBe('x\n');
  });

  it('a new key signs, an older one verifies, and one that is gone withdraws its links', async () => {
    const { server, keys } = await start();
    const old = await linkOf(server, 'root');
    const tail = await Consumer.open(old.url);
    await tail.until('x\n');
    server.replace(keys, keysOf(SECOND, FIRST));
    await server.loom.logged('keys of links changed');
    const fresh = await linkOf(server, 'root');
    expect(fresh.token).toMatch(/^loomlink1\.k2\./);
    expect(tail.res.closed).toBe(false);
    server.replace(keys, 'k2 too-short');
    await server.loom.logged('keys of links cannot be read: those of before stay valid');
    expect((await server.get('/stream/build-1/info', old.token)).status).toBe(200);
    server.replace(keys, keysOf(SECOND));
    expect(await tail.end()).toMatchObject({ complete: false });
    expect(codeOf(await server.get('/stream/build-1', old.token))).toEqual([401, 'link_key_unknown']);
    expect((await server.get('/stream/build-1/info', fresh.token)).status).toBe(200);
    server.replace(keys, keysOf(`k2 ${SECRETS[2]}`));
    await eventually(
      'another secret',
      async () => codeOf(await server.get('/stream/build-1', fresh.token))[1] === 'link_invalid',
    );
  });

  it('no log has a link, and the audit says who made it', async () => {
    const { server } = await start();
    const { url, token } = await linkOf(server, 'reading');
    (await Consumer.open(url)).close();
    await server.get(`/stream/build-1/info?access_token=${token}`, 'wrong');
    await server.loom.stop();
    expect(server.audited().find(({ audit }) => audit === 'link created')).toMatchObject({
      who: 'reader',
      id: 'build-1',
    });
    const [, , grant = '', mac = ''] = token.split('.');
    for (const text of [server.loom.stdout, server.loom.stderr])
      for (const secret of [grant, mac, ...SECRETS]) expect(text).not.toContain(secret);
  });

  it('a server without keys, or without tokens, makes no links', async () => {
    const bare = await TokenServer.start(stage);
    await bare.post('/stream/build-1', 'root');
    expect(codeOf(await ask(bare, 'root'))).toEqual([501, 'links_off']);
    const { server } = await start({ config: 'tokens: []', env: { LOOM_TOKENS_DIR: 'off' } });
    expect(codeOf(await ask(server, 'any'))).toEqual([501, 'links_off']);
  });

  it('a link that one worker makes is valid at the other', async () => {
    const redis = stage.add(await startRedisServer(), (one) => one.stop());
    const { server } = await start({ store: redis.url, args: ['--workers', '2'] });
    const links = await Promise.all([1, 2, 3, 4].map(() => linkOf(server, 'root')));
    for (const { token } of links)
      for (let n = 0; n < 3; n += 1)
        expect((await server.get('/stream/build-1/info', token)).status).toBe(200);
  });
});

describe('a file of keys that is not as it should be', () => {
  const stage = withStage();

  it.each([
    ['', 'must have 1 to 100 keys of links, one per line, and has 0'],
    ['k1 short', 'line 1 must be <key id> <secret>, with a secret of at least 32 characters'],
    [keysOf(FIRST, `k1 ${SECRETS[1]}`), 'two keys of links have the same key id'],
  ])('%j stops the start', async (text, sentence) => {
    const keys = join(await stage.directory(), 'link-keys');
    writeFileSync(keys, text);
    await expect(TokenServer.start(stage, { env: { LOOM_LINKS_KEYS_FILE: keys } })).rejects.toThrow(sentence);
  });
});
