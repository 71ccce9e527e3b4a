import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startNginxBelowLogs } from '../support/nginx';
import type { ProxyProcess } from '../support/proxy-process';
import { stream } from './stream-process';

const SERVERS = ['the server', 'the server as host:port', 'a server below a prefix'] as const;

describe('the address of a stream is URL and ID in one', () => {
  let loom: LoomProcess;
  let nginx: ProxyProcess;
  let urls: Readonly<Record<(typeof SERVERS)[number], string>>;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    nginx = await startNginxBelowLogs(loom.port);
    urls = {
      'the server': loom.url,
      'the server as host:port': loom.url.replace('http://', ''),
      'a server below a prefix': nginx.url,
    };
  });
  afterAll(async () => {
    await nginx.stop();
    await loom.stop();
  });
  const store = (id: string): Promise<unknown> =>
    request(`${loom.url}/stream/${encodeURIComponent(id)}`, { method: 'POST', body: 'one\ntwo\n' });

  describe.each(SERVERS)('on %s', (server) => {
    let id: string;
    let count = 0;
    const address = (tail = ''): string => `${urls[server]}/stream/${encodeURIComponent(id)}${tail}`;
    beforeEach(() => {
      count += 1;
      id = `${server} ${count}`;
    });

    it.each([
      ['follow', []],
      ['tail', []],
      ['cat', ['-n', '2']],
      ['grep', ['-E', '^']],
    ])('%s reads it', async (verb, args) => {
      await store(id);
      expect(await stream([verb, ...args, address('#L2-L3')])).toEqual({
        code: 0,
        stdout: 'one\ntwo\n',
        stderr: '',
      });
    });

    it('send, wait, open, ls and rm take it', async () => {
      expect(await stream(['send', address()], { input: 'one\n' })).toMatchObject({ code: 0, stderr: '' });
      expect(await stream(['wait', address()])).toMatchObject({ code: 0, stderr: '' });
      expect((await stream(['open', '--print', address('?q=one#L1')])).stdout).toBe(
        `${urls[server].replace(/^(?!http)/, 'http://')}/stream/${encodeURIComponent(id)}\n`,
      );
      expect((await stream(['ls', address()])).stdout).toContain(id);
      expect(await stream(['rm', address()])).toMatchObject({ code: 0, stderr: '' });
      expect(await stream(['cat', address()])).toMatchObject({ code: 1 });
    });

    it('stream without a verb sends to it, and run streams to it', async () => {
      expect(await stream([address()], { input: 'one\n' })).toMatchObject({ code: 0, stderr: '' });
      expect((await stream(['cat', address()])).stdout).toBe('one\n');
      expect(await stream(['run', '--force', address(), '--', 'echo', 'two'])).toMatchObject({ code: 0 });
      expect((await stream(['cat', address()])).stdout).toBe('two\n');
    });

    it('several addresses and ids are several streams', async () => {
      await store(id);
      expect((await stream(['cat', address(), address('#L1')])).stdout).toBe('one\ntwo\none\ntwo\n');
      expect((await stream(['cat', address(), id])).stdout).toBe('one\ntwo\none\ntwo\n');
      expect((await stream(['grep', address(), 'two'])).stdout).toBe('two\n');
    });
  });

  it('host:port is a server, also in LOOM_URL', async () => {
    await store('plain');
    const host = new URL(loom.url).host;
    expect((await stream(['cat', host, 'plain'])).stdout).toBe('one\ntwo\n');
    expect((await stream(['cat', 'plain'], { env: { LOOM_URL: host } })).stdout).toBe('one\ntwo\n');
  });

  it('an address comes before LOOM_URL', async () => {
    await store('plain');
    const env = { LOOM_URL: 'http://127.0.0.1:2' };
    expect((await stream(['cat', `${loom.url}/stream/plain`], { env })).stdout).toBe('one\ntwo\n');
  });

  it('an id with a colon is no address', async () => {
    await store('build:42');
    const env = { LOOM_URL: loom.url };
    expect((await stream(['cat', 'build:42'], { env })).stdout).toBe('one\ntwo\n');
    expect((await stream(['follow', 'build:42'], { env })).stdout).toBe('one\ntwo\n');
  });

  it('a link with a token brings it along', async () => {
    const guarded = await LoomProcess.start({ store: 'memory:', env: { LOOM_TOKENS: 'se/same' } });
    try {
      const link = `${guarded.url}/stream/a#L1&token=se%2Fsame`;
      expect(await stream([link], { input: 'one\n' })).toMatchObject({ code: 0 });
      expect((await stream(['cat', link])).stdout).toBe('one\n');
    } finally {
      await guarded.stop();
    }
  });
});
