import { stream } from './stream-process';

it.each([
  [[]],
  [['http://127.0.0.1:2']],
  [['http://127.0.0.1:2', 'a', 'b']],
  [['nonsense', 'a']],
  [['http://127.0.0.1:2', 'a', '--nonsense']],
  [['http://127.0.0.1:2', 'a', '--metadata', 'nonsense']],
  [['http://127.0.0.1:2', 'a', '--give-up-after', 'nonsense']],
  [['http://127.0.0.1:2', '..']],
  [['follow', 'http://127.0.0.1:2']],
  [['follow', 'http://127.0.0.1:2', 'a', '--offset', '-1']],
  [['follow', 'http://127.0.0.1:2', 'a', '-n', '3', '--since', '10m']],
  [['follow', 'http://127.0.0.1:2', 'a', '--since', 'yesterday']],
  [['follow', 'http://127.0.0.1:2', 'a', '--until', '2026-02-30T00:00:00Z']],
  [['follow', 'http://127.0.0.1:2', 'a', '--line', '0']],
  [['follow', 'http://127.0.0.1:2', 'a', '-o', 'xml']],
  [['follow', 'http://127.0.0.1:2', 'a', '--wait', 'nonsense']],
  [['cat', 'http://127.0.0.1:2']],
  [['grep', 'http://127.0.0.1:2', 'a']],
  [['grep', 'http://127.0.0.1:2', '', 'a']],
  [['grep', 'http://127.0.0.1:2', 'a\nb', 'a']],
  [['grep', 'http://127.0.0.1:2', 'a', 'b', '--prefix', 'b']],
  [['grep', 'http://127.0.0.1:2', 'a', 'b', '-C', '21']],
  [['grep', 'http://127.0.0.1:2', 'a', '--prefix', 'b', '--follow']],
  [['wait', 'http://127.0.0.1:2', 'a', '--for', 'nonsense']],
  [['wait', 'http://127.0.0.1:2', 'a', '--count', '3']],
  [['wait', 'http://127.0.0.1:2', 'a', '--for', 'bytes', '--match', 'b']],
  [['run', 'http://127.0.0.1:2']],
  [['run', 'http://127.0.0.1:2', '--metadata', '[]', '--', 'true']],
  [['run', 'http://127.0.0.1:2', '--give-up-after', 'x', '--', 'sh', '-c', 'echo it ran']],
  [['ls', 'http://127.0.0.1:2', '--state', 'nonsense']],
  [['spy', 'http://127.0.0.1:2', '--from', 'nonsense']],
])('the arguments %j exit with 2, one error and a hint', async (args) => {
  const { code, stdout, stderr } = await stream(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^stream: .+\nstream: see stream --help\n$/s);
});

it('--version prints the version', async () => {
  expect(await stream(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^stream \d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

it.each([
  [['--help'], 'stream [OPTIONS] [URL] ID'],
  [['run', '--help'], 'stream run [OPTIONS] [URL] -- COMMAND [ARGUMENT…]'],
  [['help', 'run'], 'stream run [OPTIONS] [URL] -- COMMAND [ARGUMENT…]'],
  [['follow', '--help'], 'stream follow [OPTIONS] [URL] ID'],
  [['cat', '--help'], 'stream cat [OPTIONS] [URL] ID…'],
  [['grep', '--help'], 'stream grep [OPTIONS] [URL] PATTERN [ID…]'],
  [['wait', '--help'], 'stream wait [OPTIONS] [URL] ID'],
  [['ls', '-h'], 'stream ls [OPTIONS] [URL]'],
  [['rm', '--help'], 'stream rm [OPTIONS] [URL] ID'],
  [['spy', '--help'], 'stream spy [OPTIONS] [URL]'],
])('%j prints the usage of the command', async (args, usage) => {
  const { code, stdout, stderr } = await stream(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Usage:\n  ${usage}\n`);
});

it('LOOM_URL replaces a missing URL argument', async () => {
  const { code, stderr } = await stream(['ls'], { env: { LOOM_URL: 'http://127.0.0.1:2' } });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('no answer from http://127.0.0.1:2'),
  });
});

it.each([
  [['cat', 'a', 'b'], 'http://127.0.0.1:2'],
  [['grep', 'a', 'b'], 'http://127.0.0.1:2'],
  [['cat', 'http://127.0.0.1:3', 'a'], 'http://127.0.0.1:3'],
  [['grep', 'http://127.0.0.1:3', 'a', 'b'], 'http://127.0.0.1:3'],
])('with LOOM_URL, %j asks the server %s', async (args, server) => {
  const { stderr } = await stream([...args, '--give-up-after', '0s'], {
    env: { LOOM_URL: 'http://127.0.0.1:2' },
  });
  expect(stderr).toContain(`no answer from ${server}`);
});
