import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../support/loom-process';
import { type Finished, StreamProcess, stream } from './stream-process';

let loom: LoomProcess;
let temporary: string;
const started: StreamProcess[] = [];
let count = 0;
let id: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'loom-verbs-test-'));
  loom = await LoomProcess.start({ store: 'memory:' });
});

afterAll(async () => {
  await loom.stop();
  await rm(temporary, { recursive: true });
});

beforeEach(() => {
  count += 1;
  id = `stream-${count}`;
});

afterEach(async () => {
  for (const child of started.splice(0)) await child.dispose();
});

function start(...args: string[]): StreamProcess {
  const child = new StreamProcess(args, { LOOM_URL: loom.url, TMPDIR: temporary });
  started.push(child);
  return child;
}

function call(...args: string[]): Promise<Finished> {
  return stream(args, { env: { LOOM_URL: loom.url } });
}

async function content(): Promise<string> {
  return (await fetch(`${loom.url}/stream/${id}?notail`)).text();
}

async function metadata(): Promise<unknown> {
  const response = await fetch(`${loom.url}/stream/${id}`, { method: 'HEAD' });
  return JSON.parse(response.headers.get('X-Stream-Metadata') ?? 'null');
}

describe('stream run', () => {
  it("run prints and streams the command's output and exits with its code", async () => {
    const { code, stdout, stderr } = await call(
      'run',
      '--id',
      id,
      '--',
      'sh',
      '-c',
      'echo out; sleep 0.1; echo err >&2; exit 7',
    );
    expect(code).toBe(7);
    expect(stdout).toBe('out\n');
    // The address comes when a server answers: on a busy machine behind the output.
    expect(stderr.split('\n').sort()).toEqual(['', 'err', `stream: ${id} at ${loom.url}/stream/${id}`]);
    // Two pipes have no order between them.
    expect((await content()).split('\n').sort()).toEqual(['', 'err', 'out']);
    expect(await metadata()).toEqual({ exitCode: 7 });
  });

  it('run without --id generates an id and prints its URL', async () => {
    const { stderr } = await call('run', '--', 'true');
    const url = / at (\S+)\n/.exec(stderr)?.[1] ?? '';
    expect((await fetch(url)).status).toBe(200);
  });

  it('run adds the exit code to the given metadata', async () => {
    await call('run', '--id', id, '--metadata', '{"branch":"main"}', '--', 'true');
    expect(await metadata()).toEqual({ branch: 'main', exitCode: 0 });
  });

  it('run passes all arguments after -- to the command', async () => {
    const { stdout } = await call('run', '--id', id, '--', 'printf', '%s|', '--help', '--', '-x', 'a b');
    expect(stdout).toBe('--help|--|-x|a b|');
  });

  it('run gives its standard input to the command', async () => {
    const child = start('run', '--id', id, '--', 'cat');
    child.stdin.end('from stdin');
    expect((await child.finished()).stdout).toBe('from stdin');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    'run passes %s to the command',
    async (signal) => {
      const child = start(
        'run',
        '--id',
        id,
        '--',
        'sh',
        '-c',
        `trap 'echo got it; exit 5' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`,
      );
      await child.until(({ stdout }) => stdout.includes('ready'));
      child.signal(signal);
      expect(await child.finished()).toMatchObject({ code: 5, stdout: 'ready\ngot it\n' });
      expect(await content()).toBe('ready\ngot it\n');
    },
  );

  it('run exits with 128 + n and stores the signal that ended the command', async () => {
    const { code } = await call('run', '--id', id, '--', 'sh', '-c', 'kill -KILL $$');
    expect(code).toBe(137);
    expect(await metadata()).toEqual({ signal: 'SIGKILL' });
    expect((await call('follow', id, '--exit-code')).code).toBe(137);
  });

  it('run exits with 127 for an unknown command', async () => {
    const { code, stderr } = await call('run', '--id', id, '--', '/no/such/command');
    expect(code).toBe(127);
    expect(stderr).toContain('cannot run /no/such/command: no such command\n');
  });

  it.each([
    ['is not executable', '', 0o644, 126, 'permission denied'],
    [
      'has no interpreter',
      '#!/no/such/shell\n',
      0o755,
      127,
      'the interpreter that its first line names does not exist',
    ],
  ])('run says that a script %s', async (_, text, mode, exitCode, reason) => {
    const script = join(temporary, 'script.sh');
    await writeFile(script, text, { mode });
    expect(await call('run', '--id', id, '--', script)).toEqual({
      code: exitCode,
      stdout: '',
      stderr: `stream: cannot run ${script}: ${reason}\n`,
    });
    await rm(script);
  });

  it('run does not wait for a background process of the command', async () => {
    const { code, stdout } = await call('run', '--id', id, '--', 'sh', '-c', 'sleep 30 & echo done');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    expect(await content()).toBe('done\n');
  });

  it('run completes the command and keeps its output when the server refuses the stream', async () => {
    await call('run', '--id', id, '--', 'echo', 'first');
    const child = start('run', '--id', id, '--', 'sh', '-c', 'echo one; sleep 0.3; echo two; exit 4');
    const { code, stdout, stderr } = await child.finished();
    expect({ code, stdout }).toEqual({ code: 4, stdout: 'one\ntwo\n' });
    expect(stderr).toMatch(
      new RegExp(
        `^stream: the output is not streamed: The stream with ID ${id} already exists: choose another --id, or replace it with --force\n`,
      ),
    );
    expect(stderr).not.toContain(`${id} at http`);
    const path = /they are in (\S+)/.exec(stderr)?.[1] ?? '';
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    await rm(path);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('run completes the command while the server is down', async () => {
    const child = new StreamProcess(
      ['run', '--give-up-after', '1s', 'http://127.0.0.1:2', '--', 'echo', 'done'],
      { TMPDIR: temporary },
    );
    started.push(child);
    const { code, stdout, stderr } = await child.finished();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    await rm(/they are in (\S+)/.exec(stderr)?.[1] ?? '');
  });
});

describe('stream follow', () => {
  it('follow prints the stream live and exits when the stream ends', async () => {
    const producer = start(id);
    producer.stdin.write('one\n');
    await producer.until(() => true);
    const follower = await followerOf();
    await follower.until(({ stdout }) => stdout === 'one\n');
    producer.stdin.end('two\n');
    expect(await follower.finished()).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' });
  });

  it('follow passes control characters unchanged into a pipe', async () => {
    await stream([loom.url, id], { input: '\x1b]0;title\x07\x00\x9b\n' });
    expect((await call('follow', id)).stdout).toBe(Buffer.from('\x1b]0;title\x07\x00\x9b\n').toString());
  });

  it('follow --offset begins at that byte', async () => {
    await stream([loom.url, id], { input: 'hello world' });
    expect((await call('follow', id, '--offset', '6')).stdout).toBe('world');
  });

  it("follow exits with the command's code only with --exit-code", async () => {
    await call('run', '--id', id, '--', 'sh', '-c', 'exit 9');
    expect((await call('follow', id)).code).toBe(0);
    expect((await call('follow', id, '--exit-code')).code).toBe(9);
  });

  it('follow exits with 3 when the stream is deleted', async () => {
    const producer = start(id);
    producer.stdin.write('one\n');
    const follower = await followerOf();
    await follower.until(({ stdout }) => stdout === 'one\n');
    expect((await call('rm', id)).code).toBe(0);
    expect(await follower.finished()).toEqual({
      code: 3,
      stdout: 'one\n',
      stderr: 'stream: the stream ended as deleted, after byte 4\n',
    });
    expect(await producer.finished()).toMatchObject({ code: 1 });
    for (const name of await readdir(temporary)) await rm(join(temporary, name), { recursive: true });
  });

  it('follow exits with 1 for an unknown stream', async () => {
    expect(await call('follow', id)).toEqual({
      code: 1,
      stdout: '',
      stderr: `stream: The stream with ID ${id} does not exist; --wait DURATION waits for it\n`,
    });
  });

  it('follow exits with 0 when the reader closes its output', async () => {
    await stream([loom.url, id], { input: Buffer.alloc(4 * 1024 * 1024, 'x') });
    const follower = start('follow', id);
    await follower.until(({ stdout }) => stdout.length > 0);
    follower.closeStdout();
    expect(await follower.finished()).toMatchObject({ code: 0, stderr: '' });
  });
});

/** Starts a follower when the stream exists. */
async function followerOf(): Promise<StreamProcess> {
  while ((await fetch(`${loom.url}/stream/${id}`, { method: 'HEAD' })).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return start('follow', id);
}

describe('stream ls', () => {
  it('ls prints one line per stream, newest first', async () => {
    await stream([loom.url, `${id}-1`], { input: 'hello' });
    await stream([loom.url, `${id}-2`, '--metadata', '{"a":1}']);
    const { code, stdout } = await call('ls', '--prefix', `${id}-`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^\\S+Z  complete +0  ${id}-2  {"a":1}\n\\S+Z  complete +5  ${id}-1\n$`),
    );
  });

  it('ls --json prints one JSON object per stream', async () => {
    await stream([loom.url, id, '--metadata', '{"a":1}'], { input: 'hello' });
    const { stdout } = await call('ls', '--json', '--prefix', id);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      state: 'closed',
      outcome: 'complete',
      bytes: 5,
      metadata: { a: 1 },
    });
  });

  it('ls --limit prints that many streams and reports that more match', async () => {
    for (const n of [1, 2, 3]) await stream([loom.url, `${id}-${n}`]);
    const { stdout, stderr } = await call('ls', '--prefix', `${id}-`, '--limit', '2');
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toBe('stream: more than 2 streams match; --limit shows more\n');
  });

  it('ls --state prints only streams in that state', async () => {
    await stream([loom.url, id]);
    expect((await call('ls', '--prefix', id, '--state', 'open')).stdout).toBe('');
    expect((await call('ls', '--prefix', id, '--state', 'closed')).stdout).toContain(id);
  });

  it('ls escapes control characters of metadata', async () => {
    await stream([loom.url, id, '--metadata', JSON.stringify('\u009b31m\u202e\u001b]0;x\u0007')]);
    const { stdout } = await call('ls', '--prefix', id);
    expect(stdout).toContain(String.raw`"\u009b31m\u202e\u001b]0;x\u0007"`);
  });
});

describe('stream rm', () => {
  it('rm deletes the stream', async () => {
    await stream([loom.url, id], { input: 'hello' });
    expect(await call('rm', id)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await fetch(`${loom.url}/stream/${id}`)).status).toBe(404);
  });

  it('rm exits with 1 for an unknown stream', async () => {
    expect(await call('rm', id)).toMatchObject({
      code: 1,
      stderr: `stream: The stream with ID ${id} does not exist\n`,
    });
  });
});

describe('stream spy', () => {
  it('spy prints all streams without colours into a pipe', async () => {
    const spy = start('spy', '--prefix', id);
    await untilSpied(spy);
    expect(spy.stdout).toContain(`START: ${id}`);
    expect(spy.stdout).not.toContain('\x1b');
    spy.closeStdout();
  });

  it('spy --color prints colours into a pipe', async () => {
    const spy = start('spy', '--color', '--prefix', id);
    await untilSpied(spy);
    expect(spy.stdout).toContain('\x1b[');
  });
});

/** Creates streams until the spy shows one: the spy shows only streams from after its connection. */
async function untilSpied(spy: StreamProcess): Promise<void> {
  for (let n = 1; !spy.stdout.includes('hello'); n += 1)
    await stream([loom.url, `${id}-${n}`], { input: 'hello\n' });
}
