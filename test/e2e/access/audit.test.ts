import { eventually } from '../../faults/eventually';
import { withStage } from '../../faults/stage';
import { request } from '../../support/http';
import { bearer, TokenServer } from './token-server';

const CONFIG = `
tokens:
  - root-secret
  - {token: ci-secret, name: ci, scopes: [produce, delete]}
  - {token: reader-secret, name: reader, scopes: [consume]}
  - {token: old-secret, name: old, expires: 2020-01-01T00:00:00Z}
`;
const WRONG = 'wrong-secret';

describe('the audit', () => {
  const stage = withStage();
  const start = () => TokenServer.start(stage, { config: CONFIG });
  const lines = async (server: TokenServer, count: number) => {
    await eventually(`${count} lines of the audit`, () => server.audited().length >= count);
    return server.audited().map(({ audit, who, id, client, why }) => ({ audit, who, id, client, why }));
  };
  const client = '127.0.0.1';

  it('each stream that is created, forced or deleted has a line with who did it, and from where', async () => {
    const server = await start();
    const url = server.loom.url;
    await server.post('/stream/build-7-a', 'ci-secret');
    await server.post('/stream/build-7-a?force=true', 'ci-secret');
    await request(`${url}/v1/stream/durable`, {
      method: 'PUT',
      headers: { ...bearer('root-secret'), 'Content-Type': 'text/plain' },
    });
    await request(`${url}/api/v4/jobs/42/trace`, {
      method: 'PATCH',
      headers: { 'JOB-TOKEN': 'ci-secret', 'Content-Range': '0-1' },
      body: 'xy',
    });
    await request(`${url}/stream/build/7`, { method: 'DELETE', headers: bearer('ci-secret') });
    await request(`${url}/stream/gitlab-job-42`, { method: 'DELETE', headers: bearer('ci-secret') });
    await request(`${url}/v1/stream/durable`, { method: 'DELETE', headers: bearer('root-secret') });
    // What was there already is not created, and what is gone is not deleted.
    await request(`${url}/stream/nothing`, { method: 'DELETE', headers: bearer('ci-secret') });
    await server.post('/stream/last', 'root-secret');
    expect(await lines(server, 8)).toEqual([
      { audit: 'stream created', who: 'ci', id: 'build-7-a', client, why: undefined },
      { audit: 'stream forced', who: 'ci', id: 'build-7-a', client, why: undefined },
      { audit: 'stream created', who: '#1', id: 'durable', client, why: undefined },
      { audit: 'stream created', who: 'ci', id: 'gitlab-job-42', client, why: undefined },
      { audit: 'stream deleted', who: 'ci', id: 'build-7-a', client, why: undefined },
      { audit: 'stream deleted', who: 'ci', id: 'gitlab-job-42', client, why: undefined },
      { audit: 'stream deleted', who: '#1', id: 'durable', client, why: undefined },
      { audit: 'stream created', who: '#1', id: 'last', client, why: undefined },
    ]);
  });

  it('each token that is refused has a line with why, and with its name if it has one', async () => {
    const server = await start();
    await server.get('/stream', WRONG);
    await server.get(`/stream?access_token=${WRONG}`, 'reader-secret');
    await request(`${server.loom.url}/stream?access_token=${WRONG}`);
    await server.get('/stream', 'old-secret');
    await server.post('/stream/x', 'reader-secret');
    await request(`${server.loom.url}/stream`);
    const refused = { audit: 'token refused', id: undefined, client };
    await server.post('/stream/last', 'root-secret');
    expect((await lines(server, 5)).slice(0, 4)).toEqual([
      { ...refused, who: undefined, why: 'token_invalid' },
      { ...refused, who: undefined, why: 'token_invalid' },
      { ...refused, who: 'old', why: 'token_expired' },
      { ...refused, who: 'reader', why: 'forbidden' },
    ]);
  });

  it('the line of a request has the name of its token, and no line has a token', async () => {
    const server = await start();
    await server.get('/stream?_x=1&access_token=root-secret', 'reader-secret');
    await server.get('/stream/a?access_token=ci-secret', WRONG);
    await server.loom.stop();
    const paths = server.loom.stdout.split('\n').filter((line) => line.includes('"msg":"request"'));
    expect(paths.some((line) => line.includes('"who":"reader"'))).toBe(true);
    for (const text of [server.loom.stdout, server.loom.stderr]) expect(text).not.toMatch(/secret/);
  });
});
