import { createHash } from 'node:crypto';
import { Producer, request } from '../support/http';
import { withLoom } from './with-loom';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const CONFIG = `
tokens:
  - everything
  - {token: reader, scopes: [consume]}
  - {token: writer, scopes: [produce]}
  - {token: replacer, scopes: [produce, delete]}
  - {token: remover, scopes: [delete]}
  - {sha256: ${sha256('hashed')}, scopes: [produce, consume, delete, spy], prefix: "team-"}
`;

describe('a server with tokens', () => {
  const loom = withLoom({ store: 'memory:', config: CONFIG });
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const get = (path: string, headers = {}) => request(loom.url(path), { headers });

  it.each(['/stream', '/stream/x', '/spy', '/readyz', '/nothing'])('%s needs a token', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="loom"');
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text).error).toContain('token');
  });

  it('only a GET of /healthz needs no token', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/healthz/x')).status).toBe(401);
    for (const method of ['OPTIONS', 'POST', 'DELETE'])
      expect((await request(loom.url('/healthz'), { method })).status).toBe(401);
  });

  it('a wrong token is answered with error="invalid_token"', async () => {
    for (const token of ['wrong', 'everything2', 'everythin', sha256('hashed')]) {
      const answer = await get('/stream', bearer(token));
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="loom", error="invalid_token"');
    }
  });

  it('the scheme of a token may be in any case, and the token may be in the query', async () => {
    expect((await get('/stream', { Authorization: 'bEaReR everything' })).status).toBe(200);
    expect((await get('/stream?access_token=everything')).status).toBe(200);
    expect((await get('/stream?access_token=wrong')).status).toBe(401);
  });

  it('a refused producer is answered before its body', async () => {
    const producer = new Producer(loom.url('/stream/refused'));
    await producer.write('never ends');
    expect((await producer.answer).status).toBe(401);
    producer.destroy();
    expect((await get('/stream/refused', bearer('everything'))).status).toBe(404);
  });

  it('a producer that may not read learns the end of a stream, and nothing of its lines and times', async () => {
    const path = '/stream/counted';
    await request(loom.url(path), { method: 'POST', body: 'one\ntwo\n', headers: bearer('everything') });
    const head = (query: string, token: string, headers = {}) =>
      request(loom.url(`${path}${query}`), { method: 'HEAD', headers: { ...bearer(token), ...headers } });
    expect((await head('', 'writer')).headers['upload-offset']).toBe('8');
    for (const query of [
      '?line=2',
      '?tail=1',
      '?since=1h',
      '?until=1h',
      '?lines=1',
      '?offset=-3',
      '?timestamps',
    ]) {
      expect([query, (await head(query, 'writer')).status]).toEqual([query, 403]);
      expect([query, (await head(query, 'reader')).status]).toEqual([query, 200]);
    }
    expect((await head('', 'writer', { Accept: 'application/x-ndjson' })).status).toBe(403);
  });

  it('a token allows only what its scopes say', async () => {
    const post = await request(loom.url('/stream/x1'), {
      method: 'POST',
      headers: bearer('reader'),
      body: 'x',
    });
    expect(post.status).toBe(403);
    expect(JSON.parse(post.text).error).toContain('"produce"');
    expect(
      (await request(loom.url('/stream/x1'), { method: 'DELETE', headers: bearer('reader') })).status,
    ).toBe(403);
    expect((await get('/spy', bearer('reader'))).status).toBe(403);
    expect((await get('/stream', bearer('reader'))).status).toBe(200);
  });

  it.each(['POST', 'PUT'])('only a token that may delete replaces a stream by %s', async (method) => {
    const path = `/stream/forced-${method}`;
    const send = (token: string, query: string) =>
      request(loom.url(path + query), { method, headers: bearer(token), body: token });
    expect((await send('writer', '')).status).toBe(201);
    for (const token of ['writer', 'remover', 'reader']) {
      const refused = await send(token, '?force=true');
      expect(refused.status).toBe(403);
      expect(JSON.parse(refused.text).error).toContain('"produce" and "delete"');
    }
    expect((await get(path, bearer('reader'))).text).toBe('writer');
    expect((await send('replacer', '?force=true')).headers['x-stream-replaced']).toBe('true');
    expect((await get(path, bearer('reader'))).text).toBe('replacer');
    expect(
      (await request(loom.url(`${path}-new?force=true`), { method, headers: bearer('writer') })).status,
    ).toBe(403);
  });

  it('a token of scope produce may ask for the offset, and read nothing else', async () => {
    const headers = bearer('writer');
    await request(loom.url('/stream/w1'), { method: 'POST', headers, body: 'abc' });
    const head = await request(loom.url('/stream/w1'), { method: 'HEAD', headers });
    expect(head.headers['upload-offset']).toBe('3');
    expect((await get('/stream/w1', headers)).status).toBe(403);
    expect((await get('/stream/w1/info', headers)).status).toBe(403);
    expect((await get('/stream/w1/info', bearer('reader'))).status).toBe(200);
  });

  it('a token reaches only the streams of its prefix', async () => {
    const headers = bearer('hashed');
    const post = (id: string) => request(loom.url(`/stream/${id}`), { method: 'POST', headers, body: 'x' });
    expect((await post('other-1')).status).toBe(403);
    expect((await post('team-1')).status).toBe(201);
    await request(loom.url('/stream/other-2'), { method: 'POST', headers: bearer('everything'), body: 'x' });
    const listed = JSON.parse((await get('/stream', headers)).text).streams.map(
      ({ id }: { id: string }) => id,
    );
    expect(listed).toEqual(['team-1']);
    expect((await get('/stream?prefix=other', headers)).status).toBe(403);
    expect((await get('/stream/other-2', headers)).status).toBe(403);
    expect((await get('/stream/other-2/info', headers)).status).toBe(403);
    expect((await request(loom.url('/stream/build/7'), { method: 'DELETE', headers })).status).toBe(403);
    const unnamed = await request(loom.url('/stream'), { method: 'POST', headers, body: 'x' });
    expect(unnamed.headers['x-stream-id']).toMatch(/^team-/);
  });

  it('no token is ever logged', async () => {
    // Then all lines are out.
    await loom.process().stop();
    expect(loom.output()).toContain('"path":"/stream"');
    for (const secret of ['everything', 'reader', 'writer', 'hashed', 'wrong'])
      expect(loom.output()).not.toContain(secret);
  });
});
