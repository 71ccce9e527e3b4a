import { randomBytes } from 'node:crypto';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startNginxBelow } from '../support/nginx';
import { startUploadProxy, type UploadProxy } from '../support/upload-proxy';
import { StreamProcess, stream } from './stream-process';

const PASS = 'proxy_pass http://loom$request_uri; proxy_set_header Host $http_host; proxy_http_version 1.1;';

describe('sending through a proxy', () => {
  let loom: LoomProcess;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
  });
  afterEach(async () => {
    for (const proxy of open.splice(0)) await proxy.close();
  });
  afterAll(() => loom.stop());

  async function proxy(...args: [buffers: boolean, bytesMax: number]): Promise<UploadProxy> {
    const started = await startUploadProxy(loom.port, { buffers: args[0], bytesMax: args[1] });
    open.push(started);
    return started;
  }
  const content = async (id: string): Promise<Buffer> => {
    const response = await fetch(`${loom.url}/stream/${id}?notail`);
    return Buffer.from(await response.arrayBuffer());
  };

  it.each([
    ['that buffers', true, 1_000_000],
    ['that does not buffer', false, 1_000_000],
    ['with a tiny limit', false, 1_000],
  ])('a proxy %s and refuses large requests gets smaller ones', async (what, buffers, bytesMax) => {
    const via = await proxy(buffers, bytesMax);
    const id = what.replaceAll(' ', '-');
    const input = randomBytes(bytesMax < 10_000 ? 20_000 : 6_000_000);
    const { code, stderr } = await stream([via.url, id], { input });
    // The connection may be gone before the answer was read.
    const lines = stderr.split('\n').filter((line) => !line.includes('reconnect'));
    expect({ code, lines }).toEqual({
      code: 0,
      lines: ['stream: a proxy refuses the size of requests (413); sending smaller ones', ''],
    });
    expect((await content(id)).equals(input)).toBe(true);
    expect(Math.max(...via.passed)).toBeLessThanOrEqual(bytesMax);
    expect(via.refused).toBeGreaterThan(0);
    expect((await request(`${loom.url}/stream/${id}`, { method: 'HEAD' })).headers['x-stream-state']).toBe(
      'closed; outcome=complete',
    );
  });

  it('a proxy may have a code of its own', async () => {
    const via = await startUploadProxy(loom.port, { bytesMax: 5_000, page: '{"code":"TOO_LONG"}' });
    open.push(via);
    const input = randomBytes(20_000);
    expect(await stream([via.url, 'coded'], { input })).toMatchObject({ code: 0 });
    expect((await content('coded')).equals(input)).toBe(true);
  });

  it('a proxy that cuts large requests without an answer gets smaller ones', async () => {
    const via = await startUploadProxy(loom.port, { bytesMax: 500_000, cuts: true });
    open.push(via);
    const input = randomBytes(3_000_000);
    expect(await stream([via.url, 'cut'], { input })).toMatchObject({ code: 0 });
    expect((await content('cut')).equals(input)).toBe(true);
  });

  it('a proxy that refuses every request is an error, and the input is kept', async () => {
    const via = await proxy(false, 0);
    const { code, stderr } = await stream([via.url, 'refused'], { input: 'some input' });
    expect(code).toBe(1);
    expect(stderr).toContain('stream: the server answered with status 413');
    expect(stderr).toContain('10 bytes were not delivered');
  });

  it("the server's own limit of a stream is an error", async () => {
    const small = await LoomProcess.start({
      store: 'memory:',
      env: { LOOM_LIMITS_BYTES_PER_STREAM: '1KiB' },
    });
    try {
      const { code, stderr } = await stream([small.url, 'a'], { input: 'x'.repeat(2_000) });
      expect(code).toBe(1);
      expect(stderr).not.toContain('sending smaller ones');
    } finally {
      await small.stop();
    }
  });

  it.each([
    ['a proxy in Node', undefined],
    ['nginx with its defaults', `location /logs/ { ${PASS} }`],
  ])('%s that buffers requests is reported once', async (name, location) => {
    const id = `buffered-${name.replaceAll(' ', '-')}`;
    let url = '';
    if (location === undefined) url = (await proxy(true, Number.POSITIVE_INFINITY)).url;
    else {
      const nginx = await startNginxBelow(location.replace('/logs/', '/'), loom.port);
      open.push({ close: () => nginx.stop() });
      url = nginx.url.replace('/logs', '');
    }
    const child = new StreamProcess([url, id]);
    const writing = setInterval(() => child.stdin.write('x'.repeat(10_000)), 50);
    try {
      await child.until(({ stderr }) => stderr.includes('proxy_request_buffering off'));
      // Two more requests, which are as late as the first.
      const { length } = await content(id);
      while ((await content(id)).length < length + 500_000)
        await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      clearInterval(writing);
      child.stdin.end();
    }
    const { code, stderr } = await child.finished();
    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining('a proxy seems to hold the upload back'),
      '',
    ]);
  });

  it('a proxy that passes requests on as they come is not reported', async () => {
    const via = await proxy(false, Number.POSITIVE_INFINITY);
    const child = new StreamProcess([via.url, 'unbuffered']);
    const writing = setInterval(() => child.stdin.write('x'.repeat(10_000)), 50);
    while (!((await content('unbuffered').catch(() => Buffer.alloc(0))).length > 1_000_000))
      await new Promise((resolve) => setTimeout(resolve, 50));
    clearInterval(writing);
    child.stdin.end();
    expect(await child.finished()).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
