import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port';
import { Stage } from './stage';

const run = promisify(execFile);
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

it('the packet proxy on its own port serves clients of the original at the root', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-packets-curl-'));
  const port = await freePort();
  const stage = await Stage.open({
    store: 'memory',
    args: ['--listen', `packets=${port}`],
    settings: '  longPoll: 20s',
  });
  const bash = async (command: string): Promise<string> => {
    const here = command.replaceAll('localhost', `127.0.0.1:${port}`);
    return (await run('bash', ['-c', here], { cwd: directory })).stdout;
  };
  try {
    writeFileSync(join(directory, 'all256'), ALL_BYTES);
    stage.upstream.handle = ({ headers }) =>
      headers['type'] === 'Packet' && headers.from === undefined
        ? undefined
        : { headers: { 'Client-Id': 'c', To: 'c' }, body: 'XXX' };
    expect(
      await bash("curl -s --data-binary @all256 -H 'Permissions: Read,Accept-Debug' http://localhost/auth"),
    ).toBe('XXX');
    expect(await bash('curl -s --data-binary @all256 http://localhost/register')).toBe('XXX');
    expect(stage.upstream.requests.filter(({ body }) => body.equals(ALL_BYTES))).toHaveLength(2);
    const answer = await bash(
      "curl -is --data-binary @all256 -H 'Authorization: Bearer XXX' -H 'X-Foo: f' http://localhost/",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nMore: 0\r\n/);
    expect(answer).toMatch(/\r\n\r\nXXX$/);
    const received = await stage.upstream.until(({ headers }) => headers.from === 'c');
    expect(received.headers['x-foo']).toBe('f');
  } finally {
    await stage.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
