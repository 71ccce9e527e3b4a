import { stream } from '../cli/stream-process';
import { request } from '../support/http';
import { withLoom } from './with-loom';

const CONFIG = `
tokens:
  - {token: reader, scopes: [consume], prefix: "team-"}
  - {token: remover, scopes: [delete]}
`;

describe('what a server says about itself', () => {
  const loom = withLoom({ store: 'memory:', config: CONFIG });

  it('a token gets its own scopes, and the kind of store', async () => {
    const { status, text } = await request(loom.url('/about'), {
      headers: { Authorization: 'Bearer reader' },
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      name: 'loom',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      store: 'memory',
      tokens: true,
      token: { scopes: ['consume'], prefix: 'team-' },
    });
  });

  it.each([undefined, 'wrong'])('the token %s gets nothing', async (token) => {
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    expect((await request(loom.url('/about'), { headers })).status).toBe(401);
  });

  it.each([
    ['reader', 0, 'ok       token    consume; streams whose id begins with team-\n'],
    ['remover', 0, 'warning  token    delete; all streams; it can neither send nor read\n'],
    ['wrong', 1, 'failure  token    The token is not valid: check --token or LOOM_TOKEN\n'],
    ['', 1, 'failure  token    This server needs a token: give one with --token or LOOM_TOKEN\n'],
  ])('stream doctor with the token "%s" exits with %i', async (token, code, line) => {
    const examined = await stream(['doctor', loom.url('')], { env: { LOOM_TOKEN: token } });
    expect([examined.code, examined.stdout]).toEqual([code, expect.stringContaining(line)]);
  });
});
