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
  [['send', 'http://127.0.0.1:2']],
  [['run', 'http://127.0.0.1:2', 'make', 'test']],
  [['run', 'http://127.0.0.1:2/stream/a', '--id', 'b', '--', 'true']],
  [['follow', 'http://127.0.0.1:2/stream/a', 'b']],
  [['follow', 'http://127.0.0.1:2/stream/%E0']],
  [['follow', 'http://127.0.0.1:2/stream/a?tail=3']],
  [['follow', 'ftp://127.0.0.1:2', 'a']],
  [['cat', 'http://127.0.0.1:2/stream/a', 'http://127.0.0.1:3/stream/b']],
])('the arguments %j exit with 2, one error and a hint', async (args) => {
  const { code, stdout, stderr } = await stream(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^stream: .+\n$/s);
  const verb = /^[a-z]+$/.test(args[0] ?? '') && args[0] !== 'nonsense' ? `${args[0]} ` : '';
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`stream: see stream ${verb}--help`);
});

it.each(['--version', '-v'])('%s prints the version', async (option) => {
  expect(await stream([option])).toEqual({
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
  [['rm', '--help'], 'stream rm [OPTIONS] [URL] [ID]'],
  [['send', '--help'], 'stream send [OPTIONS] [URL] ID'],
  [['tail', '--help'], 'stream follow [OPTIONS] [URL] ID'],
  [['help', 'logs'], 'stream follow [OPTIONS] [URL] ID'],
  [['list', '--help'], 'stream ls [OPTIONS] [URL]'],
  [['delete', '--help'], 'stream rm [OPTIONS] [URL] [ID]'],
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

describe('a word that is nearly a verb', () => {
  it.each([
    ['log', 'follow'],
    ['get', 'cat'],
    ['status', 'info'],
    ['version', '--version'],
    ['folow', 'follow'],
    ['taill', 'tail'],
    ['Delete', 'delete'],
    ['gerp', 'grep'],
    ['sl', 'ls'],
    ['remov', 'rm'],
    ['hlep', 'help'],
    ['helpp', 'help'],
    ['dig', 'digest'],
  ])('%s is refused with a suggestion', async (word, meant) => {
    const { code, stdout, stderr } = await stream([word], {
      input: 'precious',
      env: { LOOM_URL: 'http://127.0.0.1:2' },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `stream: "${word}" is not a verb: did you mean "stream ${meant}"? To send to a stream of that name: stream send ${word}\nstream: see stream --help\n`,
    );
  });

  it.each(['build-42', 'run-1', 'test', 'main', 'a', 's', 'ci', 'up', 'backup'])(
    'the id %s is none',
    async (id) => {
      const { code, stderr } = await stream([id, '--give-up-after', '0s'], {
        env: { LOOM_URL: 'http://127.0.0.1:2' },
      });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('gave up: no answer') });
    },
  );

  it('an option does not hide a verb behind it', async () => {
    const { code, stderr } = await stream(['--force', 'ls'], { env: { LOOM_URL: 'http://127.0.0.1:2' } });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('"ls" is a verb, which comes first'),
    });
  });
});

it.each([
  [['follow', 'x', '--tial', '3'], 'there is no option --tial: did you mean --tail?'],
  [['follow', 'x', '-tail', '3'], 'there is no option -tail: did you mean --tail?'],
  [['follow', 'x', '-20'], 'there is no option -20: did you mean -n 20?'],
  [['tail', '-f', 'x'], 'there is no option -f: without --no-follow the stream is followed to its end'],
  [['follow', 'x', '--no-folow'], 'there is no option --no-folow: did you mean --no-follow?'],
  [['follow', 'x', '--exitcode'], 'there is no option --exitcode: did you mean --exit-code?'],
  [['run', '--metdata={}', '--', 'true'], 'there is no option --metdata: did you mean --metadata?'],
  [['spy', '--colour'], 'there is no option --colour: did you mean --color?'],
  [['x', '--giveup', '3s'], 'there is no option --giveup: did you mean --give-up-after?'],
  [['ls', '--nonsense'], 'there is no option --nonsense'],
  [['--versoin'], 'there is no option --versoin: did you mean --version?'],
  [['ls', '--limit'], 'the value of --limit is missing'],
  [
    ['cat', '-n', '-5', 'x'],
    'the value of --tail is missing; one that begins with a dash is written --tail=-…',
  ],
  [
    ['cat', '--offset', '-1', 'x'],
    'the value of --offset is missing; one that begins with a dash is written --offset=-…',
  ],
  [['rm', 'x', 'y'], '"y" is too much: stream rm [OPTIONS] [URL] [ID]'],
  [['ls', 'x'], '"x" is too much: stream ls [OPTIONS] [URL]'],
  [['ls', '--state', 'opne'], '--state must be open or interrupted or closed: "opne"; did you mean open?'],
  [['cat', 'x', '-o', 'jsn'], '--output must be text or json: "jsn"; did you mean json?'],
  [
    ['run', '--id', 'x', 'true'],
    '"--" is missing before the command: stream run [OPTIONS] [URL] -- COMMAND [ARGUMENT…]',
  ],
])('%j suggests the nearest option', async (args, sentence) => {
  const { code, stderr } = await stream(args, { env: { LOOM_URL: 'http://127.0.0.1:2' } });
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 2, stderr: `stream: ${sentence}` });
});

it.each([[['ls']], [['follow', 'a']], [['rm', 'a']], [['a']], [['run', '--', 'true']], [['cat', 'a', 'b']]])(
  '%j without a server says that a URL or LOOM_URL is missing',
  async (args) => {
    const { code, stderr } = await stream(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^stream: there is no server: give its URL, as in ".*", or set LOOM_URL\n/);
  },
);

it.each([
  [['http://127.0.0.1:2', 'http://127.0.0.1:2'], '"http://127.0.0.1:2" is in the place of an ID'],
  [['rm', 'http://127.0.0.1:2', 'HTTPS://127.0.0.1:2/'], '"HTTPS://127.0.0.1:2/" is in the place of an ID'],
  [['cat', 'http://127.0.0.1:2', 'x', 'http://127.0.0.1:2'], '"http://127.0.0.1:2" is in the place of an ID'],
  [['x', 'http://127.0.0.1:2'], 'the URL comes first: stream http://127.0.0.1:2 x'],
])('%j says where the URL belongs', async (args, sentence) => {
  const { code, stdout, stderr } = await stream(args, { input: 'precious' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`stream: ${sentence}`);
});

it.each([
  [['ls'], 'LOOM_URL has'],
  [['ls', 'http://me:sesame@127.0.0.1:2'], 'the URL has'],
  [['cat', 'http://me@127.0.0.1:2/stream/a'], 'the URL has'],
])('%j with a user name or password in the URL names the token', async (args, what) => {
  const { code, stderr } = await stream(args, { env: { LOOM_URL: 'http://:sesame@127.0.0.1:2' } });
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
    code: 2,
    stderr: `stream: ${what} a user name or a password, which Loom does not know: give a token with --token or LOOM_TOKEN`,
  });
  expect(stderr).not.toContain('sesame');
});

it.each([[['follow', 'http://127.0.0.1:2/p/stream/a/b/']], [['http://127.0.0.1:2/p/stream/a/b']]])(
  '%j says how an ID with a slash is written',
  async (args) => {
    const { code, stderr } = await stream(args);
    expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
      code: 2,
      stderr: 'stream: a / within an ID is written %2F in the URL: http://127.0.0.1:2/p/stream/a%2Fb',
    });
  },
);

it('--version is an option in any place', async () => {
  expect(await stream(['--force', '--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^stream \d/),
  });
});

it('a wrong LOOM_URL is named', async () => {
  const { code, stderr } = await stream(['ls'], { env: { LOOM_URL: 'localhost' } });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'stream: LOOM_URL is not a URL: localhost (such as http://localhost:3060)\nstream: see stream ls --help\n',
  });
});

it('help is wrapped to the width of its output', async () => {
  const { stdout } = await stream(['follow', '--help'], { env: { COLUMNS: '60' } });
  const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('Example:'));
  expect(Math.max(...options.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(options).toContain('\n                            TIME\n');
});
