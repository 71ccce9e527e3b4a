import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DecodingProxy, startDecodingProxy } from '../support/decoding-proxy';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startNginxBelow } from '../support/nginx';
import type { ProxyProcess } from '../support/proxy-process';
import { type Finished, stream } from './stream-process';

const BUILD = ['build-pre-1', 'build-pre-2'];

describe('stream behind a proxy that decodes paths', () => {
  let loom: LoomProcess;
  let proxies: Readonly<Record<'a proxy in Node' | 'nginx', DecodingProxy | ProxyProcess>>;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    proxies = {
      'a proxy in Node': await startDecodingProxy(loom.port),
      nginx: await startNginxBelow(
        'location /logs/ { proxy_pass http://loom/; proxy_set_header Host $http_host; }',
        loom.port,
      ),
    };
  });
  afterAll(async () => {
    const { 'a proxy in Node': inNode, nginx } = proxies;
    if ('close' in inNode) await inNode.close();
    if ('stop' in nginx) await nginx.stop();
    await loom.stop();
  });
  const store = (id: string): Promise<unknown> =>
    request(`${loom.url}/stream/${encodeURIComponent(id)}`, { method: 'POST', body: id });
  const ids = async (): Promise<string[]> => {
    const { streams } = JSON.parse((await request(`${loom.url}/stream`)).text);
    return streams.map(({ id }: { id: string }) => id).sort();
  };

  describe.each(['a proxy in Node', 'nginx'] as const)('%s', (proxy) => {
    const remove = (id: string): Promise<Finished> => stream(['rm', proxies[proxy].url, id]);
    beforeEach(async () => {
      for (const id of [...BUILD, 'other', 'b']) await store(id);
    });
    afterEach(async () => {
      for (const id of await ids())
        await request(`${loom.url}/stream/${encodeURIComponent(id)}`, { method: 'DELETE' });
    });

    it.each(['build/pre', 'build/pre-1', 'a/b', 'a/../b', './b', 'b/', '/b', 'b/.'])(
      'rm of the id %s deletes no other stream and fails',
      async (id) => {
        await store(id);
        const before = await ids();
        const { code, stdout, stderr } = await remove(id);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain(`stream: a proxy changes the ID ${id}: `);
        expect(await ids()).toEqual(before);
      },
    );

    it.each([
      ['follow', 'build/pre'],
      ['wait', 'build/pre'],
      ['send', 'build/pre'],
      ['send', 'a/../b', '--force'],
      ['send', 'a/../new'],
      ['run', '--id', './b', '--force', '--', 'true'],
      ['cp', __filename, ':b/.', '--force'],
      ['follow', 'a/../b'],
      ['cat', '/b'],
      ['grep', 'b', 'a/../b'],
      ['info', 'x/../b'],
      ['digest', 'x/../b'],
    ])('%s of the id %s reaches no other stream', async (...args) => {
      const env = { LOOM_URL: proxies[proxy].url };
      const { code, stdout, stderr } = await stream(args, { input: 'new', env });
      expect({ code, stdout }).toEqual({
        code: args[0] === 'grep' ? 2 : args[0] === 'run' ? 0 : 1,
        stdout: '',
      });
      expect(stderr).toMatch(/^stream: .*Have it pass paths as they are\n/);
      expect(await ids()).toEqual(['b', ...BUILD, 'other']);
      expect((await request(`${loom.url}/stream/b`)).text).toBe('b');
    });

    it.each(['a b', 'größe', 'a:b@c', 'a+b&c=d'])('rm of the id %s deletes that stream', async (id) => {
      await store(id);
      expect(await remove(id)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await ids()).toEqual(['b', ...BUILD, 'other']);
    });
  });

  it.each(['build/pre', 'a/../b', 'a?b', 'a%2Fb'])(
    'without a proxy, rm of the id %s deletes it',
    async (id) => {
      for (const one of [...BUILD, 'b', id]) await store(one);
      expect(await stream(['rm', loom.url, id])).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await ids()).toEqual(['b', ...BUILD]);
    },
  );

  it('a token that may only delete is enough for an id with a slash', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'loom-rm-')), 'loom.yaml');
    writeFileSync(config, 'tokens: [all, {token: del, scopes: [delete]}]');
    const guarded = await LoomProcess.start({ store: 'memory:', args: ['-c', config] });
    const rm = (id: string): Promise<Finished> => stream(['rm', guarded.url, id, '--token', 'del']);
    await stream([guarded.url, 'build/7', '--token', 'all'], { input: 'x' });
    expect(await rm('build/7')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await rm('build/7')).toMatchObject({ code: 1 });
    await guarded.stop();
  });
});
