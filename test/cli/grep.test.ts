import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { BIN, type Finished, StreamProcess, stream } from './stream-process';

const LOG = 'start\nError: one\nmore\nerror: two\nsame\nsame\nsame\nsame\nan ERROR\nend';

let loom: LoomProcess;
let count = 0;
let id: string;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});
afterAll(() => loom.stop());
beforeEach(() => {
  count += 1;
  id = `stream-${count}`;
});

function call(...args: string[]): Promise<Finished> {
  return stream(['grep', ...args], { env: { LOOM_URL: loom.url } });
}

function store(body: string, name = id): Promise<unknown> {
  return request(`${loom.url}/stream/${name}`, { method: 'POST', body });
}

/** What grep prints for the same arguments and text. */
async function grepOf(args: readonly string[], text: string): Promise<string> {
  const running = promisify(execFile)('grep', args);
  running.child.stdin?.end(text);
  return (await running).stdout;
}

it.each([
  [['error']],
  [['-i', 'error']],
  [['-n', '-i', 'error']],
  [['-v', 'same']],
  [['-c', '-i', 'error']],
  [['-n', '-C', '1', '-i', 'error']],
  [['-n', '-C', '2', '-i', 'error']],
  [['-C', '3', '-i', 'error']],
  [['-n', '-v', '-C', '1', 'same']],
  [['-n', '-E', '^(start|end)$']],
  [['-n', '-C', '20', 'same']],
])('grep %j prints what grep prints', async (args) => {
  await store(LOG);
  const pattern = args.at(-1) ?? '';
  const expected = await grepOf(args.includes('-E') ? args : ['-F', ...args], LOG);
  expect(await call(...args.slice(0, -1), pattern, id)).toEqual({ code: 0, stdout: expected, stderr: '' });
});

it('grep of several streams begins lines with their ids', async () => {
  await store(LOG);
  await store('no\nerror here\n', `${id}-2`);
  expect(await call('-n', '-C', '1', 'error', id, `${id}-2`)).toEqual({
    code: 0,
    stdout: `${id}-3-more\n${id}:4:error: two\n${id}-5-same\n--\n${id}-2-1-no\n${id}-2:2:error here\n`,
    stderr: '',
  });
  expect((await call('-c', 'error', id, `${id}-2`)).stdout).toBe(`${id}:1\n${id}-2:1\n`);
});

it('grep --prefix searches all streams with the prefix, newest first', async () => {
  await store('an error\n', `${id}-a`);
  await store('nothing\n', `${id}-b`);
  await store('error too\n', `${id}-c`);
  expect((await call('error', '--prefix', `${id}-`)).stdout).toBe(`${id}-c:error too\n${id}-a:an error\n`);
});

it('grep finds more lines than one answer has', async () => {
  await store('a\n'.repeat(12_345));
  expect((await call('-c', 'a', id)).stdout).toBe('12345\n');
  expect((await call('-c', 'a', '--prefix', id)).stdout).toBe(`${id}:12345\n`);
});

it('grep exits with 1 if it finds nothing', async () => {
  await store(LOG);
  expect(await call('absent', id)).toEqual({ code: 1, stdout: '', stderr: '' });
  expect(await call('-c', 'absent', id)).toEqual({ code: 1, stdout: '0\n', stderr: '' });
});

it('grep searches the other streams and exits with 2 if one does not exist', async () => {
  await store(LOG);
  expect(await call('two', `${id}-absent`, id)).toEqual({
    code: 2,
    stdout: `${id}:error: two\n`,
    stderr: `stream: The stream with ID ${id}-absent does not exist\n`,
  });
});

it('grep -E exits with 2 and the reason if the expression is wrong', async () => {
  await store(LOG);
  const { code, stderr } = await call('-E', '(', id);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^stream: the pattern is not a regular expression: .+\n$/);
});

it('grep --color marks the matches', async () => {
  await store(LOG);
  expect((await call('--color', '-n', 'two', id)).stdout).toBe(
    '\x1b[32m4\x1b[m\x1b[36m:\x1b[merror: \x1b[1;31mtwo\x1b[m\n',
  );
});

it('grep --follow prints lines as they come and ends with the stream', async () => {
  const sender = new StreamProcess([loom.url, id]);
  try {
    sender.stdin.write('an error\n');
    while ((await request(`${loom.url}/stream/${id}`, { method: 'HEAD' })).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const follower = new StreamProcess(['grep', '--follow', '-n', loom.url, 'error', id]);
    await follower.until(({ stdout }) => stdout === '1:an error\n');
    sender.stdin.write('fine\nerror again\n');
    await follower.until(({ stdout }) => stdout === '1:an error\n3:error again\n');
    sender.stdin.end();
    expect(await follower.finished()).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await sender.dispose();
  }
});

it('grep exits with 0 when the reader closes its output', async () => {
  await store('a line\n'.repeat(200_000));
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', `"$0" "$1" grep line "$2" | head -1; echo "\${PIPESTATUS[0]}"`, process.execPath, BIN, id],
    { env: { ...process.env, LOOM_URL: loom.url } },
  );
  expect(stdout).toBe('a line\n0\n');
});
