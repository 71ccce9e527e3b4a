import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progressText } from '../../src/cli/output/progress-bar';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { BIN, StreamProcess, stream } from './stream-process';

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

let loom: LoomProcess;
let directory: string;
const call = (...args: string[]) => stream(['cp', ...args], { env: { LOOM_URL: loom.url } });
const file = (name: string): string => join(directory, name);
const head = async (id: string) => (await request(`${loom.url}/stream/${id}`, { method: 'HEAD' })).headers;
const info = async (id: string) => JSON.parse((await request(`${loom.url}/stream/${id}/info`)).text);
const stored = async (id: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${loom.url}/stream/${id}?notail`)).arrayBuffer());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loom-copy-'));
  loom = await LoomProcess.start({ store: `file:${directory}/store` });
});

afterEach(async () => {
  await loom.stop();
  await rm(directory, { recursive: true });
});

/** A proxy that passes nothing on after the first megabyte, so that no copy is done before its test goes on. */
async function startStallingProxy(): Promise<TcpProxy & { release(): void }> {
  const proxy = await startTcpProxy(loom.port);
  let passed = 0;
  proxy.onRequest(({ length }) => {
    passed += length;
    if (passed > 1_000_000) proxy.mode('hold');
  });
  return {
    ...proxy,
    release() {
      proxy.onRequest(undefined);
      proxy.mode('pass');
    },
  };
}

async function untilStored(id: string): Promise<void> {
  while (Number((await head(id))['upload-offset'] ?? 0) === 0)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('stream cp of a file to a stream', () => {
  it('copies it, with its hash in the metadata and its type', async () => {
    await writeFile(file('a.log'), 'Grüße\n');
    const { code, stdout, stderr } = await call(file('a.log'), ':', '--metadata', '{"branch":"main"}');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(`stream: copied 8 B to a.log; SHA-256 ${sha256('Grüße\n')}\n`);
    expect(await info('a.log')).toMatchObject({
      state: 'closed',
      outcome: 'complete',
      contentType: 'text/plain; charset=utf-8',
      metadata: { branch: 'main', sha256: sha256('Grüße\n') },
    });
    await writeFile(file('b'), Buffer.from([0, 1, 2, 255]));
    expect((await call(file('b'), `${loom.url}/stream/b`)).code).toBe(0);
    expect((await info('b')).contentType).toBe('application/octet-stream');
  });

  it('continues where a copy that was killed has ended', async () => {
    const bytes = randomBytes(20_000_000);
    await writeFile(file('big'), bytes);
    const stalled = await startStallingProxy();
    const env = { LOOM_URL: `http://127.0.0.1:${stalled.port}` };
    const first = new StreamProcess(['cp', file('big'), ':big'], env);
    await untilStored('big');
    await first.dispose();
    const { 'upload-offset': offset, 'x-stream-generation': before } = await head('big');
    expect(Number(offset)).toBeLessThan(bytes.length);
    stalled.release();
    const { code, stderr } = await stream(['cp', file('big'), ':big'], { env });
    expect([code, stderr]).toEqual([0, `stream: copied 20 MB to big; SHA-256 ${sha256(bytes)}\n`]);
    expect((await head('big'))['x-stream-generation']).toBe(before);
    expect(sha256(await stored('big'))).toBe(sha256(bytes));
    await stalled.close();
  });

  it('is done at once if all of it is there, and refuses the stream of another file', async () => {
    await writeFile(file('a'), 'one\n');
    await call(file('a'), ':a');
    expect((await call(file('a'), ':a')).code).toBe(0);
    await writeFile(file('a'), 'two\n');
    const { code, stderr } = await call(file('a'), ':a');
    expect([code, (await stored('a')).toString()]).toEqual([1, 'one\n']);
    expect(stderr).toContain('replace it with --force');
    expect((await call(file('a'), ':a', '--force')).code).toBe(0);
    expect((await stored('a')).toString()).toBe('two\n');
  });

  it('stops at a signal, and says that it can be continued', async () => {
    await writeFile(file('big'), randomBytes(20_000_000));
    const stalled = await startStallingProxy();
    const copying = new StreamProcess(['cp', file('big'), ':big'], {
      LOOM_URL: `http://127.0.0.1:${stalled.port}`,
    });
    await untilStored('big');
    copying.signal('SIGTERM');
    const { code, stderr } = await copying.finished();
    await stalled.close();
    expect([code, stderr]).toEqual([143, 'stream: stopped by SIGTERM; the same command continues\n']);
  });

  it.each([
    [['nothing-there', ':a'], 1, 'ENOENT'],
    [['.', ':a'], 1, 'not a regular file'],
    [['a', 'b'], 2, 'neither is a stream'],
    [[':a', ':b'], 2, 'both is a stream'],
    [['a'], 2, 'a file and a stream are needed'],
    [['http://127.0.0.1:1', 'a', 'http://127.0.0.1:2/stream/a'], 2, 'on another server'],
  ])('%j is refused', async (args, code, sentence) => {
    const refused = await call(...args);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(sentence)]);
  });
});

describe('stream cp of a stream to a file', () => {
  it('copies it and compares its hash, also into a directory', async () => {
    await writeFile(file('a'), 'one\n');
    await call(file('a'), ':build/7');
    const { code, stderr } = await call(':build/7', directory);
    expect([code, stderr]).toEqual([
      0,
      `stream: copied 4 B to ${file('build_7')}; SHA-256 ${sha256('one\n')}, as its metadata has it\n`,
    ]);
    expect(await readFile(file('build_7'), 'utf8')).toBe('one\n');
    expect(existsSync(file('build_7.part'))).toBe(false);
    expect((await call(':build/7', directory)).stderr).toContain('exists already');
  });

  it('keeps nothing if the bytes are not those of the hash', async () => {
    const headers = { 'X-Stream-Metadata': JSON.stringify({ sha256: sha256('other') }) };
    await request(`${loom.url}/stream/a`, { method: 'POST', body: 'one\n', headers });
    const { code, stderr } = await call(':a', file('a'));
    expect(code).toBe(1);
    expect(stderr).toContain('and that in the metadata is');
    expect([existsSync(file('a')), existsSync(file('a.part'))]).toEqual([false, false]);
  });

  it('waits for the end of a live stream, and continues at its part after it was killed', async () => {
    const producer = new StreamProcess(['live'], { LOOM_URL: loom.url });
    producer.stdin.write('one\n');
    // A copy of a stream that does not exist yet is an error.
    while ((await request(`${loom.url}/stream/live?notail`)).text !== 'one\n')
      await new Promise((resolve) => setTimeout(resolve, 5));
    const first = new StreamProcess(['cp', ':live', file('live')], { LOOM_URL: loom.url });
    while (!existsSync(file('live.part')) || (await stat(file('live.part'))).size < 4)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await first.dispose();
    // Shows that the bytes of the part are not read again.
    await writeFile(file('live.part'), 'ONE\n');
    producer.stdin.end('two\n');
    await producer.finished();
    expect((await call(':live', file('live'))).code).toBe(0);
    expect(await readFile(file('live'), 'utf8')).toBe('ONE\ntwo\n');
  });

  it('begins anew if the stream is another one, and --no-follow copies what is there', async () => {
    await request(`${loom.url}/stream/a`, { method: 'POST', body: 'new\n' });
    await writeFile(file('a.part'), 'something else');
    await writeFile(file('a.part.json'), JSON.stringify({ url: `${loom.url}/stream/a`, generation: 'x' }));
    expect((await call(':a', file('a'))).code).toBe(0);
    expect(await readFile(file('a'), 'utf8')).toBe('new\n');
    const producer = new StreamProcess(['live'], { LOOM_URL: loom.url });
    producer.stdin.write('one\n');
    while ((await request(`${loom.url}/stream/live?notail`)).text !== 'one\n')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await call('--no-follow', ':live', file('live'))).code).toBe(0);
    expect(await readFile(file('live'), 'utf8')).toBe('one\n');
    await producer.dispose();
  });
});

describe('a progress bar', () => {
  it.each([
    [{ done: 0, total: 100, rate: 0 }, '  0% [....................] 0 B of 100 B  0 B/s'],
    [
      { done: 127_000_000, total: 254_000_000, rate: 1_000_000 },
      ' 50% [##########..........] 127 MB of 254 MB  1.0 MB/s  2 m 07 s left',
    ],
    [{ done: 1_000, total: undefined, rate: 10 }, '1.0 kB  10 B/s'],
    [{ done: 0, total: 0, rate: 0 }, '100% [####################] 0 B of 0 B  0 B/s'],
  ])('%j is shown', (progress, text) => {
    expect(progressText(progress)).toBe(text);
  });

  it.each([
    ['send', (path: string) => `send ${loom.url} a < ${path}`],
    ['cp', (path: string) => `cp ${loom.url} ${path} :a`],
  ])('%s of a file shows one on a terminal, and takes it away', async (_verb, args) => {
    await writeFile(file('big'), 'x'.repeat(1_000));
    // The server answers slowly enough: it is stopped.
    loom.signal('SIGSTOP');
    const terminal = spawn(
      'script',
      ['-qec', `${process.execPath} ${BIN} ${args(file('big'))}`, '/dev/null'],
      {
        env: { ...process.env, TERM: 'xterm' },
      },
    );
    let shown = '';
    terminal.stdout.on('data', (bytes) => {
      shown += bytes;
    });
    while (!shown.includes('0% [....................] 0 B of 1.0 kB')) await once(terminal.stdout, 'data');
    loom.signal('SIGCONT');
    await once(terminal, 'close');
    expect((await stored('a')).length).toBe(1_000);
    const screen = shown.split('\n').map((line) => line.split('\x1b[K').at(-1));
    expect(screen.join('\n')).not.toContain('[');
  });

  it('is not shown elsewhere', async () => {
    await appendFile(file('big'), 'x'.repeat(1_000));
    expect((await call(file('big'), ':a')).stderr).not.toContain('[');
  });
});
