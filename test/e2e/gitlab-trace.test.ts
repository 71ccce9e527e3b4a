import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from '../support/http';
import { startMirroringNginx } from '../support/nginx';
import type { ProxyProcess } from '../support/proxy-process';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

let jobs = 1_000;

/** Requests as gitlab-runner sends them. */
function runner(url: (path: string) => string, token = 'secret') {
  jobs += 1;
  const job = jobs;
  return {
    job,
    patch: (start: number, content: string, headers: Record<string, string> = {}) =>
      request(url(`/api/v4/jobs/${job}/trace?debug_trace=false`), {
        method: 'PATCH',
        headers: {
          'User-Agent': 'gitlab-runner 17.0.0 (17-0-stable; go1.22.2; linux/amd64)',
          'Content-Type': 'text/plain',
          'Content-Range': `${start}-${start + Buffer.byteLength(content) - 1}`,
          'JOB-TOKEN': token,
          'Accept-Encoding': 'gzip',
          ...headers,
        },
        body: content,
      }),
    put: (update: object, headers: Record<string, string> = { 'JOB-TOKEN': token }) =>
      request(url(`/api/v4/jobs/${job}`), {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
        body: JSON.stringify({ info: { name: 'gitlab-runner' }, token, checksum: 'crc32:0', ...update }),
      }),
    read: async () => (await request(url(`/stream/gitlab-job-${job}?notail`))).text,
    info: async () => JSON.parse((await request(url(`/stream/gitlab-job-${job}/info`))).text),
  };
}

onEachStore('the trace of a job of GitLab', ({ url }) => {
  it('is a stream that grows with each part, and ends with the job', async () => {
    const job = runner(url);
    const first = await job.patch(0, 'Running with gitlab-runner\n');
    expect([first.status, first.text]).toEqual([202, '']);
    expect(first.headers).toMatchObject({
      range: '0-27',
      'job-status': 'running',
      'x-gitlab-trace-update-interval': '3',
    });
    expect((await job.patch(27, 'two €\n')).headers['range']).toBe('0-35');
    expect(await job.info()).toMatchObject({
      state: 'open',
      bytes: 35,
      contentType: 'text/plain; charset=utf-8',
    });
    const update = {
      state: 'failed',
      failure_reason: 'script_failure',
      exit_code: 3,
      output: { bytesize: 35 },
    };
    const end = await job.put(update);
    expect([end.status, end.headers['job-status']]).toEqual([200, 'failed']);
    expect(await job.info()).toMatchObject({
      state: 'closed',
      outcome: 'complete',
      metadata: { exitCode: 3, failureReason: 'script_failure' },
    });
    expect(await job.read()).toBe('Running with gitlab-runner\ntwo €\n');
    // The answer was lost, so it is sent again.
    expect((await job.put(update)).status).toBe(200);
  });

  it('a part behind a gap, and one that is there already, are answered with what is there', async () => {
    const job = runner(url);
    const early = await job.patch(10, 'x');
    expect([early.status, early.headers['range']]).toEqual([416, '0-0']);
    await job.patch(0, 'hello');
    for (const [start, content] of [
      [7, '!!'],
      [0, 'hello'],
      [3, 'lo!'],
    ] as const) {
      const { status, headers } = await job.patch(start, content);
      expect([status, headers['range'], headers['job-status']]).toEqual([416, '0-5', 'running']);
    }
    expect((await job.patch(5, ' world')).headers['range']).toBe('0-11');
    expect(await job.read()).toBe('hello world');
  });

  it.each([
    ['longer', 'hello world', '0-5', 'hello'],
    ['shorter', 'he', '0-2', 'he'],
    ['empty', '', '0-0', ''],
  ])(
    'a part of chunks that is %s than its range is refused, and nothing is lost or stored beyond the range',
    async (_, body, range, stored) => {
      const job = runner(url);
      const chunked = { 'Transfer-Encoding': 'chunked' };
      const { status, headers } = await job.patch(0, body, { ...chunked, 'Content-Range': '0-4' });
      expect([status, headers['range'], headers['job-status']]).toEqual([416, range, 'running']);
      expect(await job.read()).toBe(stored);
      const rest = 'hello world'.slice(stored.length);
      expect((await job.patch(stored.length, rest, chunked)).status).toBe(202);
      expect((await job.put({ state: 'success', output: { bytesize: 11 } })).status).toBe(200);
      expect(await job.read()).toBe('hello world');
    },
  );

  it('of equal parts at once one is stored, and the runner learns how far the log is', async () => {
    const job = runner(url);
    await job.patch(0, 'a\n');
    // One that takes the log over cuts the one before, as with any producer.
    const send = (): Promise<unknown> => job.patch(2, 'b\n').catch(() => undefined);
    await Promise.all([send(), send(), send(), send()]);
    const { status, headers } = await job.patch(99, 'x');
    expect(status).toBe(416);
    const log = await job.read();
    expect(['a\n', 'a\nb\n']).toContain(log);
    expect(headers['range']).toBe(`0-${log.length}`);
  });

  it('a job that prints nothing is alive, and one without a log ends, too', async () => {
    const job = runner(url);
    const touch = await job.put({ state: 'running' });
    expect([touch.status, touch.headers['job-status']]).toEqual([200, 'running']);
    expect((await job.put({ state: 'success' })).headers['job-status']).toBe('success');
    expect(await job.info()).toMatchObject({ bytes: 0, metadata: { exitCode: 0 } });
  });

  it('a job does not end before its whole log is there', async () => {
    const job = runner(url);
    await job.patch(0, 'hello');
    const early = await job.put({ state: 'success', output: { bytesize: 11 } });
    expect([early.status, early.headers['range']]).toEqual([412, '0-5']);
    await job.patch(5, ' world');
    expect((await job.put({ state: 'success', output: { bytesize: 11 } })).status).toBe(200);
  });

  it('a finished job takes no more', async () => {
    const job = runner(url);
    await job.patch(0, 'x\n');
    await job.put({ state: 'success' });
    const late = await job.patch(2, 'y\n');
    expect([late.status, late.headers['job-status']]).toEqual([403, 'success']);
    expect((await job.put({ state: 'failed' })).status).toBe(403);
  });
});

describe('a job of GitLab', () => {
  const { url } = withLoom({
    store: 'memory:',
    config: `
tokens:
  - {token: secret, scopes: [produce]}
  - {token: reader, scopes: [consume]}
  - {token: builder, scopes: [produce], prefix: build-}
limits: {bytesPerStream: 100B}
`,
  });
  const read = (id: string) =>
    request(url(`/stream/${id}?notail`), { headers: { Authorization: 'Bearer reader' } });

  it('needs a token that may produce, and answers 403 without one, so that a runner gives up', async () => {
    for (const token of ['wrong', 'reader', '']) {
      const job = runner(url, token);
      expect((await job.patch(0, 'x')).status).toBe(403);
      expect((await job.put({ state: 'running' })).status).toBe(403);
    }
  });

  it('takes the token of an older runner from the body of an update', async () => {
    const job = runner(url);
    await job.patch(0, 'x');
    expect((await job.put({ state: 'success' }, {})).status).toBe(200);
  });

  it('has its stream below the prefix of its token', async () => {
    const job = runner(url, 'builder');
    await job.patch(0, 'hello');
    expect((await read(`build-gitlab-job-${job.job}`)).text).toBe('hello');
  });

  it('is refused where a stream may not be so large', async () => {
    const job = runner(url);
    const { status, headers } = await job.patch(0, 'x'.repeat(101));
    expect([status, headers['range']]).toEqual([413, '0-0']);
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect((await job.patch(0, 'x'.repeat(101), chunked)).status).toBe(413);
    const beyond = await job.patch(0, 'x'.repeat(101), { ...chunked, 'Content-Range': '0-99' });
    expect([beyond.status, beyond.headers['range'], beyond.headers['job-status']]).toEqual([
      416,
      '0-100',
      'running',
    ]);
  });

  it.each(['', '5', '5-3', 'bytes 0-4', 'a-b', '0-7'])('refuses the range %j for 5 bytes', async (range) => {
    const job = runner(url);
    expect((await job.patch(0, 'hello', { 'Content-Range': range })).status).toBe(400);
  });

  it.each([{ state: 'paused' }, { state: 7 }, {}])('refuses the update %j', async (update) => {
    expect((await runner(url).put(update)).status).toBe(400);
  });

  it('refuses what is no job, and other methods', async () => {
    const headers = { 'JOB-TOKEN': 'secret', 'Content-Range': '0-0' };
    const send = (path: string, method: string) => request(url(path), { method, headers, body: 'x' });
    expect((await send('/api/v4/jobs/x/trace', 'PATCH')).status).toBe(404);
    expect((await send('/api/v4/jobs/0/trace', 'PATCH')).status).toBe(404);
    expect((await send('/api/v4/jobs/7/trace?x=1', 'PATCH')).status).toBe(400);
    expect((await send('/api/v4/jobs/7/trace', 'POST')).status).toBe(405);
    expect((await send('/api/v4/jobs/request', 'POST')).status).toBe(405);
  });
});

describe('a job of a GitLab whose proxy copies traces', () => {
  const loom = withLoom({ store: 'memory:', config: 'tokens: [secret]' });
  let gitlab: Server;
  let nginx: ProxyProcess;
  beforeAll(async () => {
    gitlab = createServer((req, res) => {
      req.resume().on('end', () => res.writeHead(req.method === 'PUT' ? 200 : 202, { From: 'gitlab' }).end());
    }).listen(0, '127.0.0.1');
    await once(gitlab, 'listening');
    nginx = await startMirroringNginx(loom.process().port, (gitlab.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await nginx.stop();
    gitlab.close();
  });

  it('has its log in a stream, and its runner gets the answers of GitLab', async () => {
    const job = runner((path) => nginx.url + path, 'token-of-gitlab');
    const read = async () =>
      request(loom.url(`/stream/gitlab-job-${job.job}?notail`), {
        headers: { Authorization: 'Bearer secret' },
      });
    expect((await job.patch(0, 'hello')).headers).toMatchObject({ from: 'gitlab' });
    while ((await read()).text !== 'hello') await new Promise((resolve) => setTimeout(resolve, 5));
    await job.patch(5, ' world\n');
    while ((await read()).text !== 'hello world\n') await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await job.put({ state: 'success', output: { bytesize: 12 } })).headers).toMatchObject({
      from: 'gitlab',
    });
    while ((await read()).headers['x-stream-state'] !== 'closed; outcome=complete')
      await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
