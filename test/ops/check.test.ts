import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startNginx, startNginxBelow } from '../support/nginx';
import { startRedisServer } from '../support/redis-server';
import { runLoom, startLoom } from './run-loom';

const PASS = 'proxy_pass http://loom$request_uri; proxy_set_header Host $http_host; proxy_http_version 1.1;';

describe('loom check', () => {
  let directory: string;
  let loom: LoomProcess;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loom-check-'));
    loom = await LoomProcess.start({ store: `file:${directory}/data` });
  });
  afterAll(async () => {
    await loom.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const beside = (...args: string[]) =>
    runLoom(['check', '--store', `file:${directory}/data`, '--port', String(loom.port), ...args]);

  it('names each thing that it has examined, for a store that does not exist yet', async () => {
    const { code, text } = await runLoom(['check', '--store', `file:${directory}/none`, '--port', '1']);
    expect(code).toBe(0);
    expect(text).toMatch(/^ok {7}settings {2}valid; no file is given\n/);
    expect(text).toMatch(/^ok {7}tokens .*every user of this machine may do everything/m);
    expect(text).toMatch(/^ok {7}disk .* free in /m);
    expect(text).toMatch(/^ok {7}store .*none does not exist yet: the start makes it$/m);
    expect(text).toMatch(/^(?:ok|warning) +files .*files may be open/m);
    expect(text).toMatch(/^ok {7}server +none answers at http:\/\/127\.0\.0\.1:1$/m);
  });

  it('goes on to its exit code if nothing reads its output any more', async () => {
    const { child, finished } = startLoom(['check', '--store', `file:${directory}/none`, '--port', '1']);
    child.stdout?.destroy();
    expect(await finished).toEqual({ code: 0, text: '' });
  });

  it('works beside a running server', async () => {
    const { code, text } = await beside();
    expect(code).toBe(0);
    expect(text).toMatch(/^ok {7}store .*data is in use by a server$/m);
    expect(text).toMatch(/^ok {7}server .* its store takes appends$/m);
    expect((await request(`${loom.url}/readyz`)).status).toBe(200);
  });

  it('fails for a damaged store and for one on which another program listens', async () => {
    await writeFile(join(directory, 'loom.mdb'), 'not a database');
    const { code, text } = await runLoom(['check', '--store', `file:${directory}`, '--port', '1']);
    expect(code).toBe(1);
    expect(text).toMatch(/^failure {2}store .*loom\.mdb is damaged: .*"loom recover --store file:/m);
    const nginx = await startNginxBelow('location /logs/ { return 200; }', loom.port);
    const port = new URL(nginx.url).port;
    const other = await runLoom(['check', '--store', `file:${directory}/none`, '--port', port]);
    await nginx.stop();
    expect(other.text).toMatch(/^failure {2}server +another program answers at/m);
  });

  it('examines the settings of Redis', async () => {
    const redis = await startRedisServer({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    try {
      const { code, text } = await runLoom(['check', '--store', redis.url, '--port', '1']);
      expect(code).toBe(1);
      expect(text).toMatch(/^failure {2}store .*CONFIG SET maxmemory-policy noeviction$/m);
      expect(text).toMatch(/^warning {2}memory +Redis has no maxmemory/m);
      expect(text).toMatch(/^ok {7}clock +the clock of Redis is as that of this machine$/m);
    } finally {
      await redis.stop();
    }
    const gone = await runLoom(['check', '--store', redis.url, '--port', '1']);
    expect([gone.code, gone.text]).toEqual([
      1,
      expect.stringMatching(/^failure {2}store .*cannot be reached/m),
    ]);
  });

  it('finds nothing wrong with ops/nginx.conf, and leaves no test stream', async () => {
    const nginx = await startNginx(loom.port);
    const { code, text } = await beside('--url', nginx.url).finally(() => nginx.stop());
    for (const name of ['upload', 'tail', 'headers', 'large'])
      expect(text).toMatch(new RegExp(`^ok {7}${name} `, 'm'));
    expect(code).toBe(0);
    const list = await request(`${loom.url}/stream?prefix=loom-check-`);
    expect(JSON.parse(list.text).streams).toEqual([]);
  });

  it.each([
    ['upload', 'holds uploads back', '', /^failure {2}upload .*proxy_request_buffering off/m],
    [
      'large',
      'answers early',
      'proxy_request_buffering off; proxy_buffering off; client_max_body_size 0; proxy_set_header X-Stream-Answer early;',
      /^failure {2}large .*X-Stream-Answer: end/m,
    ],
  ])('fails by %s for an nginx that %s', async (_name, _how, lines, expected) => {
    const nginx = await startNginxBelow(`location / { ${PASS} ${lines} }`, loom.port);
    const url = nginx.url.replace('/logs', '');
    const { code, text } = await beside('--url', url).finally(() => nginx.stop());
    expect(text).toMatch(expected);
    expect(code).toBe(1);
  });

  it('--url is an address without a password, and goes with no other command', async () => {
    const wrong = await runLoom(['check', '--url', 'ftp://x']);
    expect([wrong.code, wrong.text]).toEqual([2, expect.stringContaining('--url must be http://')]);
    const other = await runLoom(['serve', '--url', 'http://x']);
    expect([other.code, other.text]).toEqual([2, expect.stringContaining('--url goes with loom check only')]);
  });
});
