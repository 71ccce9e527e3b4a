import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../faults/eventually';
import { withStage } from '../../faults/stage';
import { Producer, request } from '../../support/http';
import { startRedisServer } from '../../support/redis-server';
import { bearer, TokenServer } from './token-server';

const OPEN = { 'Upload-Complete': '?0' };

describe('tokens that change while the server runs', () => {
  const stage = withStage();

  it('a token that is gone from the settings is refused, and its connections are cut', async () => {
    const server = await TokenServer.start(stage, { config: 'tokens: [root, leaving]' });
    await server.post('/stream/log', 'root', OPEN);
    const [leaving, staying] = [await server.tail('log', 'leaving'), await server.tail('log', 'root')];
    const producer = new Producer(`${server.loom.url}/stream/fed`, { headers: bearer('leaving') });
    await producer.write('first');
    await producer.head;
    server.replace(server.settings, 'tokens: [root, coming]');
    expect(await leaving.end()).toMatchObject({ complete: false });
    await producer.cut();
    await server.untilAnswered('leaving', 401);
    expect((await server.get('/stream', 'coming')).status).toBe(200);
    await request(`${server.loom.url}/v1/stream/log`, { headers: bearer('root') });
    await request(`${server.loom.url}/stream/log`, {
      method: 'PATCH',
      headers: {
        ...bearer('root'),
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': '2',
        'Upload-Complete': '?1',
      },
      body: 'last',
    });
    expect(await staying.end()).toMatchObject({ complete: true });
    expect(staying.text).toBe('x\nlast');
  });

  it('a file of a token makes it valid, its replacement changes it, and its removal withdraws it', async () => {
    const server = await TokenServer.start(stage);
    await server.post('/stream/log', 'root', OPEN);
    expect((await server.get('/stream', 'of-a-file')).status).toBe(401);
    server.put('ci.token', 'of-a-file\n');
    await server.untilAnswered('of-a-file', 200);
    const tail = await server.tail('log', 'of-a-file');
    server.put('ci.token', 'another\n');
    await server.untilAnswered('another', 200);
    expect(await tail.end()).toMatchObject({ complete: false });
    expect((await server.get('/stream', 'of-a-file')).status).toBe(401);
    server.remove('ci.token');
    await server.untilAnswered('another', 401);
  });

  it('a token that gets fewer rights is cut from what it had, and keeps the rest', async () => {
    const server = await TokenServer.start(stage, { tokens: { 'dev.yaml': 'token: dev' } });
    await server.post('/stream/log', 'root', OPEN);
    const tail = await server.tail('log', 'dev');
    server.put('dev.yaml', 'token: dev\nscopes: [produce]\n');
    expect(await tail.end()).toMatchObject({ complete: false });
    expect((await server.get('/stream/log', 'dev')).status).toBe(403);
    expect((await server.post('/stream/other', 'dev')).status).toBe(201);
  });

  it('a file that is broken keeps its token, and says so, while others change', async () => {
    const server = await TokenServer.start(stage, { tokens: { 'a.yaml': 'token: aa', 'b.token': 'bb' } });
    server.put('a.yaml', 'token: [');
    await server.loom.logged('tokens cannot be read: those of before stay valid');
    server.put('b.token', 'cc');
    await server.untilAnswered('cc', 200);
    await server.untilAnswered('bb', 401);
    expect((await server.get('/stream', 'aa')).status).toBe(200);
    expect(server.loom.stdout).toContain(`${join(server.tokensDir, 'a.yaml')}: is not valid YAML`);
  });

  it.each([
    ['empty', ''],
    ['without the setting', 'port: 0'],
    ['not YAML', 'tokens: ['],
    ['with a key that does not exist', 'tokens: [new]\nnothing: 1'],
  ])('settings that are %s keep the tokens of before', async (_, text) => {
    const server = await TokenServer.start(stage);
    server.replace(server.settings, text);
    await server.loom.logged('tokens cannot be read: those of before stay valid');
    expect((await server.get('/stream', 'root')).status).toBe(200);
    expect((await server.get('/stream', 'new')).status).toBe(401);
    server.replace(server.settings, 'tokens: [later]');
    await server.untilAnswered('later', 200);
  });

  it('a file that is written in place takes effect', async () => {
    const server = await TokenServer.start(stage, { tokens: { 'ci.token': 'old' } });
    const path = join(server.tokensDir, 'ci.token');
    truncateSync(path);
    await server.loom.logged('tokens cannot be read: those of before stay valid');
    expect((await server.get('/stream', 'old')).status).toBe(200);
    writeFileSync(path, 'new');
    await server.untilAnswered('new', 200);
    await server.untilAnswered('old', 401);
  });

  it('a server whose last token is withdrawn answers nothing', async () => {
    const server = await TokenServer.start(stage, { env: { LOOM_TOKENS_DIR: 'off' } });
    server.replace(server.settings, 'tokens: []');
    await server.untilAnswered('root', 401);
    expect((await request(`${server.loom.url}/stream`)).status).toBe(401);
    expect((await request(`${server.loom.url}/healthz`)).status).toBe(200);
  });

  it('a server without tokens needs one once there is one', async () => {
    const server = await TokenServer.start(stage, { config: 'tokens: []', env: { LOOM_TOKENS_DIR: 'off' } });
    expect((await request(`${server.loom.url}/stream`)).status).toBe(200);
    server.replace(server.settings, 'tokens: [first]');
    await eventually('401', async () => (await request(`${server.loom.url}/stream`)).status === 401);
    expect((await server.get('/stream', 'first')).status).toBe(200);
  });

  it('an empty directory of tokens lets no client in', async () => {
    const server = await TokenServer.start(stage, { config: '' });
    expect((await request(`${server.loom.url}/stream`)).status).toBe(401);
    server.put('first.token', 'first');
    await server.untilAnswered('first', 200);
  });

  it('SIGHUP reads the tokens again and ends nothing', async () => {
    const server = await TokenServer.start(stage);
    await server.post('/stream/log', 'root', OPEN);
    const tail = await server.tail('log', 'root');
    server.replace(server.settings, 'tokens: [root, added]');
    server.loom.signal('SIGHUP');
    await server.untilAnswered('added', 200);
    expect(server.loom.isRunning).toBe(true);
    expect(tail.res.closed).toBe(false);
    tail.close();
  });

  it('the file of LOOM_TOKENS_FILE is read again', async () => {
    const directory = await stage.directory();
    const file = join(directory, 'tokens');
    writeFileSync(file, 'one,two\n');
    const server = await TokenServer.start(stage, { config: '', env: { LOOM_TOKENS_FILE: file } });
    expect((await server.get('/stream', 'two')).status).toBe(200);
    server.replace(file, 'two\nthree\n');
    await server.untilAnswered('three', 200);
    expect((await server.get('/stream', 'one')).status).toBe(401);
    expect((await server.get('/stream', 'two')).status).toBe(200);
  });

  it('a token that has expired is refused, and one that expires is cut', async () => {
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const server = await TokenServer.start(stage, {
      tokens: {
        'past.yaml': `token: past\nexpires: ${inMs(-1_000)}`,
        'soon.yaml': `token: soon\nexpires: ${inMs(3_600_000)}`,
      },
    });
    await server.post('/stream/log', 'root', OPEN);
    const refused = await server.get('/stream', 'past');
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([401, 'token_expired']);
    const tail = await server.tail('log', 'soon');
    // Its rights are the same: only the end of its time cuts it.
    server.put('soon.yaml', `token: soon\nexpires: ${inMs(1)}`);
    expect(await tail.end()).toMatchObject({ complete: false });
    await server.untilAnswered('soon', 401);
  });
});

describe('tokens of two workers', () => {
  const stage = withStage();

  it.each(['a changed file', 'SIGHUP'])('after %s both workers have the new tokens', async (how) => {
    const redis = stage.add(await startRedisServer(), (one) => one.stop());
    const server = await TokenServer.start(stage, { store: redis.url, args: ['--workers', '2'] });
    await server.loom.logged('all workers listen');
    await server.post('/stream/log', 'root', OPEN);
    server.put('ci.token', 'ci');
    if (how === 'SIGHUP') server.loom.signal('SIGHUP');
    const changes = () => server.loom.stdout.match(/"worker":[12][^\n]*"msg":"tokens changed"/g) ?? [];
    await eventually('both workers read the token', () => changes().length >= 2);
    const tails = await Promise.all([1, 2, 3, 4].map(() => server.tail('log', 'ci')));
    server.remove('ci.token');
    for (const tail of tails) expect(await tail.end()).toMatchObject({ complete: false });
    await eventually('both workers withdraw it', () => changes().length >= 4);
    for (let n = 0; n < 4; n += 1) expect((await server.get('/stream', 'ci')).status).toBe(401);
  });
});
