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
