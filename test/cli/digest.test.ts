import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { StreamProcess, stream } from './stream-process';

describe('stream digest', () => {
  let loom: LoomProcess;
  const call = (...args: string[]) => stream(['digest', ...args], { env: { LOOM_URL: loom.url } });
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
  });
  afterAll(() => loom.stop());

  it('prints how a command of stream run failed, with a link to its error', async () => {
    const script = 'echo compiling; echo "a.c:7:1: error: expected ;" >&2; exit 2';
    expect((await stream(['run', '--id', 'build-7', loom.url, '--', 'sh', '-c', script])).code).toBe(2);
    const { code, stdout, stderr } = await call('build-7');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('**failed with exit code 2**');
    expect(stdout).toContain(`[Line 2](<${loom.url}/stream/build-7#L2>)`);
    expect(stdout).toContain('> 2  a.c:7:1: error: expected ;');
  });

  it('prints an object with --json', async () => {
    await request(`${loom.url}/stream/build-8`, { method: 'POST', body: 'one\n' });
    const { stdout } = await call('--json', `${loom.url}/stream/build-8#L1`);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'build-8', lines: 1, ended: true });
  });

  it('prints that of a stream that still runs', async () => {
    const producer = new StreamProcess(['build-9'], { LOOM_URL: loom.url });
    producer.stdin.write('one\n');
    while ((await request(`${loom.url}/stream/build-9?notail`)).text !== 'one\n')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await call('build-9')).stdout).toContain('This is not the end');
    await producer.dispose();
  });

  it('fails for a stream that does not exist, and for a word too many', async () => {
    expect((await call('nothing')).code).toBe(1);
    expect((await call('build-7', 'build-8')).code).toBe(2);
  });
});
