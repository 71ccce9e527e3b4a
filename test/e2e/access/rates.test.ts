import { eventually } from '../../faults/eventually';
import { withStage } from '../../faults/stage';
import { type Answer, Producer, request } from '../../support/http';
import { bearer, TokenServer } from './token-server';

const OPEN = { 'Upload-Complete': '?0' };

describe('a token with bounds', () => {
  const stage = withStage();
  const refusalOf = ({ status, text, headers }: Answer) => {
    const { code, limit } = JSON.parse(text);
    return { status, code, limit, isAfterASecond: Number(headers['retry-after']) >= 1 };
  };
  const refused = (limit: string) => ({ status: 429, code: 'rate_limited', limit, isAfterASecond: true });

  it('one request more than its connections is refused until another one ends', async () => {
    const server = await TokenServer.start(stage, { tokens: { 'few.yaml': 'token: few\nconnections: 2' } });
    await server.post('/stream/log', 'root', OPEN);
    const tails = [await server.tail('log', 'few'), await server.tail('log', 'few')];
    expect(refusalOf(await server.get('/stream', 'few'))).toEqual(refused('connections'));
    expect((await server.get('/stream', 'root')).status).toBe(200);
    tails[0]?.close();
    await server.untilAnswered('few', 200);
    tails[1]?.close();
  });

  it('a stream more than it may create is refused, and what is there can be read and deleted', async () => {
    const server = await TokenServer.start(stage, { tokens: { 'few.yaml': 'token: few\nstreams: 1' } });
    const url = server.loom.url;
    expect((await server.post('/stream/one', 'few')).status).toBe(201);
    expect(refusalOf(await server.post('/stream/two', 'few'))).toEqual(refused('streams'));
    expect(refusalOf(await server.post('/stream/one?force=true', 'few'))).toEqual(refused('streams'));
    const durable = { method: 'PUT', headers: { ...bearer('few'), 'Content-Type': 'text/plain' } };
    expect(refusalOf(await request(`${url}/v1/stream/two`, durable))).toEqual(refused('streams'));
    const part = { method: 'PATCH', headers: { 'JOB-TOKEN': 'few', 'Content-Range': '0-0' }, body: 'x' };
    expect(refusalOf(await request(`${url}/api/v4/jobs/7/trace`, part))).toEqual(refused('streams'));
    // As the tokens are read again, what was used up stays so.
    server.put('few.yaml', 'token: few\nstreams: 1\nname: renamed');
    await server.loom.logged('tokens changed');
    expect(refusalOf(await server.post('/stream/two', 'few'))).toEqual(refused('streams'));
    expect((await server.get('/stream/one', 'few')).text).toBe('x\n');
    expect((await request(`${url}/stream/one`, { method: 'DELETE', headers: bearer('few') })).status).toBe(
      204,
    );
    expect((await server.post('/stream/two', 'root')).status).toBe(201);
  });

  it('a body after more than its bytes per second is refused, and requests without one are not', async () => {
    const server = await TokenServer.start(stage, {
      tokens: { 'slow.yaml': 'token: slow\nbytesPerSecond: 1KiB' },
    });
    const url = `${server.loom.url}/v1/stream/log`;
    const headers = { ...bearer('slow'), 'Content-Type': 'text/plain' };
    const send = (method: string, body: string) => request(url, { method, headers, body });
    expect((await send('PUT', 'x'.repeat(1024 * 1024))).status).toBe(201);
    expect(refusalOf(await send('POST', 'more'))).toEqual(refused('bytesPerSecond'));
    expect(refusalOf(await server.post('/stream/other', 'slow'))).toEqual(refused('bytesPerSecond'));
    expect((await server.get('/stream/log?notail', 'slow')).text).toHaveLength(1024 * 1024);
    expect((await server.post('/stream/other', 'root')).status).toBe(201);
  });

  it.each([
    ['/stream/log', 'POST', 201],
    ['/v1/stream/log', 'POST', 204],
  ])('an upload to %s comes no faster than its bytes per second, and whole', async (path, method, status) => {
    const server = await TokenServer.start(stage, {
      tokens: { 'slow.yaml': 'token: slow\nbytesPerSecond: 16KiB' },
    });
    if (path.startsWith('/v1'))
      await request(server.loom.url + path, {
        method: 'PUT',
        headers: { ...bearer('root'), 'Content-Type': 'text/plain' },
      });
    const body = 'x'.repeat(64 * 1024 - 1).concat('\n');
    const began = performance.now();
    const headers = { ...bearer('slow'), 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' };
    const answer = await request(server.loom.url + path, { method, headers, body });
    expect(answer.status).toBe(status);
    // The first second is free, and three remain.
    expect(performance.now() - began).toBeGreaterThan(2_500);
    expect((await server.get('/stream/log?notail', 'root')).text).toBe(body);
  });

  it('an upload that breaks off while it waits keeps what had come', async () => {
    const server = await TokenServer.start(stage, {
      tokens: { 'slow.yaml': 'token: slow\nbytesPerSecond: 1KiB' },
    });
    const producer = new Producer(`${server.loom.url}/stream/log`, { headers: bearer('slow') });
    await producer.head;
    await producer.write('y'.repeat(10 * 1024));
    const bytesThere = async () =>
      (await server.get('/stream/log/info', 'root')).text.includes('"bytes":10240');
    await eventually('all bytes are there', bytesThere);
    producer.destroy();
    await eventually('it is interrupted', async () =>
      (await server.get('/stream/log/info', 'root')).text.includes('"state":"interrupted"'),
    );
    expect(await bytesThere()).toBe(true);
  });
});
