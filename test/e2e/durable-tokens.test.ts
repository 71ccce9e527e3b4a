import { DurableStream, TEXT } from './durable-requests';
import { withLoom } from './with-loom';

const CONFIG = `
tokens:
  - everything
  - {token: reader, scopes: [consume]}
  - {token: writer, scopes: [produce]}
  - {token: team, scopes: [produce, consume, delete], prefix: "team/"}
durable: {allowOrigin: "https://app.example"}
`;

describe('/v1/stream with tokens', () => {
  const loom = withLoom({ store: 'memory:', config: CONFIG });
  const stream = (id: string) => new DurableStream(loom.url(`/v1/stream/${id}`));
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  it('every request needs a token, except a preflight', async () => {
    for (const answer of [
      await stream('a').read(),
      await stream('a').create(TEXT),
      await stream('a').head(),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="loom"');
      expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
    }
    expect((await stream('a').read('', bearer('wrong'))).status).toBe(401);
    expect((await fetch(stream('a').url, { method: 'OPTIONS' })).status).toBe(204);
  });

  it('a token allows only what its scopes say', async () => {
    const one = stream('scopes');
    expect((await one.create(bearer('reader'))).status).toBe(403);
    expect((await one.create({ ...TEXT, ...bearer('writer') })).status).toBe(201);
    expect((await one.append('x', { ...TEXT, ...bearer('reader') })).status).toBe(403);
    expect((await one.append('x', { ...TEXT, ...bearer('writer') })).status).toBe(204);
    expect((await one.read('', bearer('writer'))).status).toBe(403);
    expect((await one.head(bearer('writer'))).status).toBe(200);
    for (const live of ['', '&live=sse', '&live=long-poll']) {
      expect((await one.read(`?offset=-1${live}`, bearer('writer'))).status).toBe(403);
    }
    expect((await one.read('', bearer('reader'))).text).toBe('x');
    expect((await one.read('?access_token=reader')).text).toBe('x');
    expect((await one.remove(bearer('writer'))).status).toBe(403);
    expect((await one.remove(bearer('everything'))).status).toBe(204);
  });

  it('a token reaches only the streams of its prefix, and forks only what it may read', async () => {
    const fork = (source: string) => ({ ...TEXT, 'Stream-Forked-From': `/v1/stream/${source}` });
    await stream('other').create({ ...TEXT, ...bearer('everything') }, 'secret');
    expect((await stream('other').read('', bearer('team'))).status).toBe(403);
    expect((await stream('other/team/').create(bearer('team'))).status).toBe(403);
    expect((await stream('team%2Fa').create({ ...TEXT, ...bearer('team') }, 'ours')).status).toBe(201);
    expect((await stream('team/a').read('', bearer('team'))).text).toBe('ours');
    expect((await stream('team/b').create({ ...fork('other'), ...bearer('team') })).status).toBe(403);
    expect((await stream('team/b').create({ ...fork('team/a'), ...bearer('team') })).status).toBe(201);
    expect((await stream('c').create({ ...fork('other'), ...bearer('writer') })).status).toBe(403);
  });

  it('a read with a token is kept out of shared caches', async () => {
    await stream('private').create({ ...TEXT, 'Stream-Closed': 'true', ...bearer('everything') }, 'x');
    const answer = await stream('private').read('', bearer('reader'));
    expect(answer.headers['cache-control']).toMatch(/^private, /);
  });
});
