import { freePort } from '../../support/free-port';
import { request } from '../../support/http';
import { Stage } from './stage';

const HOSTILE = {
  'X-Frame-Options': 'x',
  'X-Content-Type-Options': 'x',
  'X-Accel-Redirect': '/x',
  'X-Sendfile': '/x',
  'X-LiteSpeed-Location': '/x',
  'X-LIGHTTPD-send-tempfile': '/x',
  'X-WebKit-CSP': 'x',
};

describe('the X- headers of a packet', () => {
  it('headers that browsers and proxies obey are passed on only on a port of its own', async () => {
    const port = await freePort();
    const stage = await Stage.open({
      store: 'memory',
      args: ['--listen', `packets=${port}`],
      settings: '  longPoll: 20s',
    });
    stage.upstream.handle = ({ headers }) =>
      headers['type'] === 'Packet' && headers.from === undefined
        ? undefined
        : { headers: { 'Client-Id': 'c', To: 'c', 'X-Custom': 'y', ...HOSTILE }, body: 'token' };
    const call = (base: string, path: string) =>
      request(base + path, { method: 'POST', headers: { Authorization: 'Bearer token' }, body: 'x' });
    try {
      for (const base of [`${stage.node(0).url}/packets`, `http://127.0.0.1:${port}`]) {
        for (const path of ['/auth', '/']) {
          const { status, headers } = await call(base, path);
          expect([status, headers['x-custom']]).toEqual([200, 'y']);
          for (const [name, value] of Object.entries(HOSTILE)) {
            if (base.endsWith('/packets'))
              expect([name, headers[name.toLowerCase()]]).not.toEqual([name, value]);
            else expect([name, headers[name.toLowerCase()]]).toEqual([name, value]);
          }
          if (base.endsWith('/packets')) expect(headers['x-content-type-options']).toBe('nosniff');
          expect(headers['content-security-policy']).toContain('sandbox');
        }
      }
    } finally {
      await stage.close();
    }
  });
});
