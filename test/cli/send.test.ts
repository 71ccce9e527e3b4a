import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrulyServer } from '../client/unruly-server';
import { afterPair } from './signals';
import { BIN, StreamProcess, stream } from './stream-process';

let server: UnrulyServer;
let temporary: string;
const started: StreamProcess[] = [];

beforeEach(async () => {
  server = new UnrulyServer();
  await server.start();
  temporary = await mkdtemp(join(tmpdir(), 'loom-send-test-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) await child.dispose();
  await server.stop();
  await rm(temporary, { recursive: true });
});

function start(...options: string[]): StreamProcess {
  const child = new StreamProcess([server.url, 'a', ...options], { TMPDIR: temporary });
  started.push(child);
  return child;
}

/** A process that has ended is gone once its parent has seen that. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('stream refuses a directory as standard input', async () => {
  const here = openSync(temporary, 'r');
  const { status, stderr } = spawnSync(process.execPath, [BIN, server.url, 'a'], {
    stdio: [here, 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  closeSync(here);
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'stream: standard input is a directory\n' });
});

/** The content of the file that stderr names. */
async function rescued({ stderr }: { stderr: string }): Promise<string> {
  const path = /not delivered; they are in (\S+)/.exec(stderr)?.[1];
  if (path === undefined) throw new Error(`stderr names no file: ${stderr}`);
  return readFile(path, 'utf8');
}

it('stream delivers its whole input and prints nothing', async () => {
  expect(await stream([server.url, 'a'], { input: 'hello\n' })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(server.content('a').toString()).toBe('hello\n');
  expect(server.stream('a').state).toBe('closed; outcome=complete');
});

it('stream delivers its input before the input ends', async () => {
  const child = start();
  child.stdin.write('first line\n');
  await until(() => server.streams.get('a')?.bytes.toString() === 'first line\n');
  child.stdin.end();
  expect((await child.finished()).code).toBe(0);
});

it('stream continues after a broken connection and reports it once', async () => {
  server.faults = [{ kind: 'none' }, { kind: 'cut', after: 3 }];
  const { code, stdout, stderr } = await stream([server.url, 'a'], { input: 'hello' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/^stream: .*; reconnecting\nstream: reconnected; continuing at byte \d\n$/);
  expect(server.content('a').toString()).toBe('hello');
});

it('stream reads its whole input while the server is down, and delivers all of it later', async () => {
  const source = randomBytes(12 * 1024 * 1024);
  await server.stop();
  const child = start();
  await new Promise<void>((resolve) => {
    child.stdin.end(source, resolve);
  });
  expect(await readdir(temporary)).toHaveLength(1);
  await server.start();
  expect((await child.finished()).code).toBe(0);
  expect(server.content('a').equals(source)).toBe(true);
  expect(await readdir(temporary)).toEqual([]);
});

it("stream prints the server's own sentence for a refusal and exits with 1", async () => {
  await stream([server.url, 'a'], { input: 'theirs' });
  const child = start();
  child.stdin.write('mine');
  const finished = await child.finished();
  expect(finished.code).toBe(1);
  expect(finished.stderr).toContain(
    'stream: The stream with ID a already exists: choose another ID, or replace it with --force\n',
  );
  expect(server.content('a').toString()).toBe('theirs');
});

it('stream --force replaces an existing stream', async () => {
  await stream([server.url, 'a'], { input: 'old' });
  expect((await stream([server.url, 'a', '--force'], { input: 'new' })).code).toBe(0);
  expect(server.content('a').toString()).toBe('new');
});

it('stream --metadata sends the metadata as an escaped header', async () => {
  await stream([server.url, 'a', '--metadata', '{"branch":"größe"}']);
  expect(server.stream('a').metadata).toBe('{"branch":"gr\\u00f6\\u00dfe"}');
});

it('stream keeps undelivered bytes in a file after --give-up-after', async () => {
  await server.stop();
  const child = start('--give-up-after', '2s');
  child.stdin.write('not delivered');
  const finished = await child.finished();
  expect(finished.code).toBe(1);
  expect(await rescued(finished)).toBe('not delivered');
});

it('stream keeps undelivered bytes in a file after a second signal, where a pair counts as one', async () => {
  await server.stop();
  const child = start();
  child.stdin.write('not delivered');
  await child.until(({ stderr }) => stderr.includes('reconnecting'));
  // The process gets both at the same time, however busy the machine is.
  for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGINT', 'SIGCONT'] as const) child.signal(signal);
  await child.until(({ stderr }) => stderr.includes('a second signal gives up'));
  await afterPair();
  expect(child.stderr).not.toContain('not delivered');
  child.signal('SIGTERM');
  const finished = await child.finished();
  // The kernel chooses which of the two comes first.
  expect([130, 143]).toContain(finished.code);
  expect(finished.stderr).toContain('stopped by SIGTERM');
  expect(await rescued(finished)).toBe('not delivered');
});

it('stream gives up at the first signal if the input has ended and the server was never there', async () => {
  await server.stop();
  const child = start();
  child.stdin.end('not delivered');
  await child.until(({ stderr }) => stderr.includes('reconnecting'));
  child.signal('SIGINT');
  const finished = await child.finished();
  expect(finished.code).toBe(130);
  expect(await rescued(finished)).toBe('not delivered');
});

it('stream gives up once the input has ended after a signal if the server was never there', async () => {
  await server.stop();
  const child = start();
  child.stdin.write('working\n');
  await child.until(({ stderr }) => stderr.includes('reconnecting'));
  child.signal('SIGINT');
  await child.until(({ stderr }) => stderr.includes('SIGINT'));
  child.stdin.end('interrupted\n');
  const finished = await child.finished();
  expect(finished.code).toBe(130);
  expect(await rescued(finished)).toBe('working\ninterrupted\n');
});

it('run gives up at the first signal if the command has ended and the server was never there', async () => {
  await server.stop();
  const child = new StreamProcess(['run', server.url, '--', 'sh', '-c', 'echo $$; exit 3'], {
    TMPDIR: temporary,
  });
  started.push(child);
  await child.until(({ stdout, stderr }) => stdout.endsWith('\n') && stderr.includes('reconnecting'));
  await until(() => !isRunning(Number(child.stdout)));
  child.signal('SIGINT');
  const finished = await child.finished();
  expect(finished.code).toBe(3);
  expect(await rescued(finished)).toBe(child.stdout);
});

it('stream sends text unless --content-type says otherwise', async () => {
  await stream([server.url, 'a']);
  await stream([server.url, 'b', '--content-type', 'application/x-tar']);
  await stream([
    'run',
    `${server.url}/stream/c`,
    '--content-type',
    'text/html; charset=latin1',
    '--',
    'true',
  ]);
  expect(server.requests('POST').map(({ headers }) => headers['content-type'])).toEqual([
    'text/plain; charset=utf-8',
    'application/x-tar',
    'text/html; charset=latin1',
  ]);
});

it('stream still delivers output that its producer writes after SIGINT', async () => {
  const child = start();
  child.stdin.write('working\n');
  await until(() => server.streams.get('a')?.length === 8);
  child.signal('SIGINT');
  await child.until(({ stderr }) => stderr.includes('SIGINT'));
  child.stdin.end('interrupted\n');
  expect((await child.finished()).code).toBe(0);
  expect(server.content('a').toString()).toBe('working\ninterrupted\n');
});

it('stream closes the stream with the signal in its metadata if its input stays open', async () => {
  const child = start();
  child.stdin.write('working\n');
  await until(() => server.streams.get('a')?.length === 8);
  child.signal('SIGTERM');
  expect((await child.finished()).code).toBe(143);
  expect(server.stream('a').state).toBe('closed; outcome=complete');
  expect(server.stream('a').notes).toEqual(['{"signal":"SIGTERM"}']);
});

it('stream sends the token and never prints it', async () => {
  server.faults = [{ kind: 'refuse', status: 401, error: 'The token is not valid' }];
  const { code, stdout, stderr } = await stream([server.url, 'a'], { env: { LOOM_TOKEN: 'sesame' } });
  expect(code).toBe(1);
  expect(stderr).toContain('The token is not valid');
  expect(stdout + stderr).not.toContain('sesame');
  expect(server.seen[0]?.headers.authorization).toBe('Bearer sesame');
});
