import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrulyServer } from '../../client/unruly-server';
import { BIN, StreamProcess, stream } from '../stream-process';

const TOKEN = 'ghp_0123456789abcdef';
const ENV = { NPM_TOKEN: TOKEN, DB_PASSWORD: 'correct horse', PLAIN: 'not secret at all', SHORT_KEY: 'abc' };
const PATTERNS = '*_TOKEN,*_SECRET,*_PASSWORD,*_KEY';

let server: UnrulyServer;
let directory: string;

beforeEach(async () => {
  server = new UnrulyServer();
  await server.start();
  directory = await mkdtemp(join(tmpdir(), 'loom-redact-'));
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const content = (): string => server.content('a').toString();

it('send replaces the values of variables, says how many, and keeps everything else', async () => {
  const input = `one ${TOKEN} two\nnot secret at all\ncorrect horse ${TOKEN}`;
  const { code, stderr } = await stream(['send', '--redact-env', PATTERNS, server.url, 'a'], {
    input,
    env: ENV,
  });
  expect(content()).toBe('one *** two\nnot secret at all\n*** ***');
  expect(stderr).toBe(
    'stream: not redacted, because shorter than 6 bytes: SHORT_KEY\n' +
      'stream: redacted 3 places: NPM_TOKEN (2), DB_PASSWORD (1)\n',
  );
  expect(code).toBe(0);
});

it('run shows the output of the command as it is, sends it redacted, and keeps the exit code', async () => {
  const script = 'printf "a $NPM_TO"; printf "x$NPM_TOKEN" >&2; printf "%s\\n" "$NPM_TOKEN"; exit 7';
  const { code, stdout, stderr } = await stream(
    ['run', '--id', 'a', '--redact-env', PATTERNS, server.url, '--', 'sh', '-c', script],
    { env: ENV },
  );
  expect([code, stdout]).toEqual([7, `a ${TOKEN}\n`]);
  expect(stderr).toContain(`x${TOKEN}`);
  expect(stderr).toContain('stream: redacted 2 places: NPM_TOKEN (2)\n');
  expect(content().replace('x***', '')).toBe('a ***\n');
});

it('files of secrets are read, as many as are given', async () => {
  const [one, other] = [join(directory, 'one'), join(directory, 'other')];
  await writeFile(one, 'first-secret\nsecond-secret\n');
  await writeFile(other, 'third-secret');
  const { stderr } = await stream(['send', '--redact-file', one, '--redact-file', other, server.url, 'a'], {
    input: 'third-secret, second-secret, first-secret\n',
  });
  expect(content()).toBe('***, ***, ***\n');
  expect(stderr).toContain('redacted 3 places');
});

it('a pipe of secrets is read to its end', async () => {
  const script = '"$0" "$1" send --redact-file <(printf first-; sleep 0.1; echo secret) "$2" a';
  const sending = spawn('bash', ['-c', script, process.execPath, BIN, server.url]);
  sending.stdin.end('a first-secret b first- c\n');
  await once(sending, 'close');
  expect(content()).toBe('a *** b first- c\n');
});

it('nothing is sent if a file of secrets cannot be read', async () => {
  const { code, stderr } = await stream(['send', '--redact-file', join(directory, 'none'), server.url, 'a'], {
    input: 'x',
  });
  expect(code).toBe(2);
  expect(stderr).toContain('cannot read the file of --redact-file');
  expect(server.streams.size).toBe(0);
});

it.each([
  [
    'metadata',
    ['--metadata', JSON.stringify({ token: TOKEN }), 'ID'],
    'the metadata has the value of NPM_TOKEN',
  ],
  ['an ID', [TOKEN], 'the ID has the value of NPM_TOKEN'],
])('%s with a secret is refused', async (_what, words, sentence) => {
  const args = ['send', '--redact-env', '*_TOKEN', server.url, ...words];
  const { code, stderr } = await stream(args, { input: 'x', env: ENV });
  expect([code, server.streams.size]).toEqual([2, 0]);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain(TOKEN);
});

it('a line is sent at once although secrets are looked for, and so is one that ends with a secret', async () => {
  const child = new StreamProcess(['send', '--redact-env', '*_TOKEN', server.url, 'a'], ENV);
  const arrived = async (text: string): Promise<void> => {
    await child.until(() => server.streams.get('a')?.bytes.toString() === text);
  };
  try {
    child.stdin.write('a line\n');
    await arrived('a line\n');
    child.stdin.write(`the token is ${TOKEN}`);
    await arrived('a line\nthe token is ***');
    child.stdin.write(' and gh');
    await arrived('a line\nthe token is *** and ');
    child.stdin.end();
    expect((await child.finished()).code).toBe(0);
    expect(content()).toBe('a line\nthe token is *** and gh');
  } finally {
    await child.dispose();
  }
});

it('what could not be delivered is redacted in its file, too', async () => {
  await server.stop();
  const { code, stderr } = await stream(
    ['send', '--give-up-after', '2s', '--redact-env', '*_TOKEN', server.url, 'a'],
    { input: `x ${TOKEN}\n`, env: { ...ENV, TMPDIR: directory } },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/6 bytes were not delivered/);
  await server.start();
});
