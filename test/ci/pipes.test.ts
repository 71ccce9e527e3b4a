import { existsSync } from 'node:fs';
import { freePort } from '../support/free-port';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type CiShell, GITHUB, JENKINS, runStep } from './shells';
import { Workspace } from './workspace';

/** What the page of CI says that a pipe loses. */
describe('a build that is piped', () => {
  let loom: LoomProcess;
  let workspace: Workspace;
  const [withoutPipefail, withPipefail] = GITHUB as [CiShell, CiShell];
  beforeEach(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    workspace = new Workspace();
  });
  afterEach(async () => {
    workspace.remove();
    await loom.stop();
  });

  const run = (shell: CiShell, command: string, more: Record<string, string> = {}, url = loom.url) =>
    runStep(shell, [command], { directory: workspace.directory, env: workspace.env(url, more) });
  const away = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;
  const CURL = 'curl -sS -T - "$LOOM_URL/stream/b"';

  it('to curl is green although it has failed, unless the shell has pipefail', async () => {
    const failing = `make test 2>&1 | ${CURL}`;
    expect((await run(withoutPipefail, failing, { FAIL: '1' })).code).toBe(0);
    expect((await run(JENKINS, failing.replace('/b"', '/c"'), { FAIL: '1' })).code).toBe(0);
    expect((await run(withPipefail, failing.replace('/b"', '/d"'), { FAIL: '1' })).code).toBe(2);
  });

  it('to curl lacks what it prints to standard error', async () => {
    await run(withPipefail, `make test | ${CURL}`);
    expect((await request(`${loom.url}/stream/b`)).text).toBe('one\nthree\n');
  });

  it('to curl is killed and red if the server is away, although it would succeed', async () => {
    const { code } = await run(withPipefail, `make much 2>&1 | ${CURL}`, {}, await away());
    expect(code).not.toBe(0);
    expect(existsSync(workspace.path('finished'))).toBe(false);
  });

  it('to stream runs to its end if the server is away', async () => {
    // It reads until it gives up: by then a slow machine has printed all of it, too.
    const command = 'make much 2>&1 | stream --give-up-after 3s b || true';
    await run(withPipefail, command, {}, await away());
    expect(existsSync(workspace.path('finished'))).toBe(true);
  });

  it('to stream has both outputs in their order, and no exit code in the stream', async () => {
    expect((await run(withPipefail, 'make test 2>&1 | stream b', { FAIL: '1' })).code).toBe(2);
    const { text } = await request(`${loom.url}/stream/b`);
    expect(text).toMatch(/^one\ntwo\nmake: \*\*\* .*\n$/);
    expect(JSON.parse((await request(`${loom.url}/stream/b/info`)).text).metadata).toBeNull();
  });
});
