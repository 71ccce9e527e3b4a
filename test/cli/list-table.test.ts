import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamTable } from '../../src/cli/output/stream-table';
import type { ListedStream } from '../../src/client';
import { LoomProcess } from '../support/loom-process';
import { BIN, stream } from './stream-process';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const STREAM: ListedStream = {
  id: 'build-42',
  state: 'closed',
  outcome: 'complete',
  bytes: 4_711,
  metadata: { exitCode: 7, branch: 'main' },
  createdAt: '2026-11-29T11:00:00Z',
  updatedAt: '2026-11-29T11:55:00.000Z',
  contentType: 'text/plain',
};

describe('a list on a terminal', () => {
  const table = new StreamTable({ hasColor: false, width: 80, now: NOW });

  it('has a header, an age, a size and the exit code', () => {
    expect(table.header + table.line(STREAM)).toBe(
      '  AGE  STATE        EXIT        SIZE  ID\n' +
        '   5m  complete     7         4.7 kB  build-42  {"branch":"main"}\n',
    );
  });

  it.each([
    ['a signal', { metadata: { signal: 'SIGKILL' } }, '   5m  complete     SIGKILL   4.7 kB  build-42\n'],
    ['no exit code', { metadata: null }, '   5m  complete               4.7 kB  build-42\n'],
    ['other metadata', { metadata: 'x' }, '   5m  complete               4.7 kB  build-42  "x"\n'],
    [
      'an open stream',
      { state: 'open', outcome: undefined, metadata: null },
      '   5m  open                   4.7 kB  build-42\n',
    ],
    [
      'an outcome',
      { outcome: 'aborted', metadata: { signal: 9 } },
      '   5m  aborted                4.7 kB  build-42  {"signal":9}\n',
    ],
  ] as const)('shows %s', (_what, part, line) => {
    expect(table.line({ ...STREAM, ...part } as ListedStream)).toBe(line);
  });

  it('is not wider than the terminal through metadata', () => {
    const line = table.line({ ...STREAM, metadata: { text: 'x'.repeat(200) } });
    expect(line).toMatch(/…\n$/);
    expect(line.length).toBe(81);
    expect(table.line({ ...STREAM, id: 'x'.repeat(60) })).toMatch(/x\n$/);
  });

  it('escapes control characters of ids and metadata', () => {
    const line = table.line({ ...STREAM, id: 'a\x1b[2J', metadata: '\x07' });
    expect(line).toContain('a\\u001b[2J');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them.
    expect(line.trimEnd()).not.toMatch(/[\x00-\x1f]/);
  });

  it.each([
    ['green', { metadata: null }, '32'],
    ['green', { metadata: { exitCode: 0 } }, '32'],
    ['red', {}, '31'],
    ['red', { outcome: 'aborted', metadata: null }, '31'],
    ['blue', { state: 'open', outcome: undefined }, '36'],
    ['yellow', { state: 'interrupted', outcome: undefined }, '33'],
  ])('shows a state in %s: %j', (_color, part, code) => {
    const colored = new StreamTable({ hasColor: true, width: 80, now: NOW });
    expect(colored.line({ ...STREAM, ...part } as ListedStream)).toContain(`\x1b[${code}m`);
  });
});

describe('stream ls', () => {
  let loom: LoomProcess;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    await stream(['run', '--id', 'build-7', loom.url, '--', 'sh', '-c', 'echo hi; exit 3']);
  });
  afterAll(() => loom.stop());
  const MACHINE = /^\S+Z {2}complete {16}3 {2}build-7 {2}\{"exitCode":3\}\n$/;

  async function onTerminal(args: string, env: Record<string, string> = {}): Promise<string> {
    const command = `stty cols 60; ${process.execPath} ${BIN} ls ${args} ${loom.url}`;
    const running = promisify(execFile)('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env },
    });
    return (await running).stdout.replaceAll('\r', '').replaceAll('\x1b', 'ESC');
  }

  it('prints a table in colours on a terminal', async () => {
    const shown = await onTerminal('');
    expect(shown).toMatch(/^ESC\[1m {2}AGE .* IDESC\[m\n/);
    expect(shown).toMatch(
      /\n +\ds {2}ESC\[31mcomplete {3}ESC\[m {2}ESC\[31m3 {6}ESC\[m {6}3 B {2}build-7\n$/,
    );
  });

  it.each([
    ['--no-color', {}],
    ['', { NO_COLOR: '1' }],
  ])('prints it without colours with %j and %j', async (args, env) => {
    expect(await onTerminal(args, env)).toMatch(/^ {2}AGE .*\n +\ds {2}complete {5}3 .* build-7\n$/);
  });

  it('prints the same lines as ever to a pipe, and a table with --color', async () => {
    expect((await stream(['ls', loom.url])).stdout).toMatch(MACHINE);
    expect((await stream(['ls', '--no-color', loom.url])).stdout).toMatch(MACHINE);
    expect((await stream(['ls', '--color', loom.url])).stdout).toContain('\x1b[1m  AGE ');
  });

  it('prints JSON lines on a terminal, too', async () => {
    expect(JSON.parse(await onTerminal('--json'))).toMatchObject({ id: 'build-7', bytes: 3 });
  });
});

it.each([
  [{ LOOM_URI: 'http://127.0.0.1:2' }, 'LOOM_URI is not a variable of stream: did you mean LOOM_URL?'],
  [{ LOOM_TOKN: 'sesame' }, 'LOOM_TOKN is not a variable of stream: did you mean LOOM_TOKEN?'],
])('the variables %j are warned about', async (env, sentence) => {
  const { stderr } = await stream(['ls', '--limit', '1'], { env });
  expect(stderr).toContain(`stream: ${sentence}\n`);
  expect(stderr).not.toContain('sesame');
});

it.each([{ LOOM_TOKENS: 'a' }, { LOOM_STORE: 'memory:' }, { LOOM_URL: '127.0.0.1:2', LOOM_URI: 'x' }])(
  'the variables %j are not warned about',
  async (env) => {
    expect((await stream(['ls'], { env: { ...env } as Record<string, string> })).stderr).not.toContain(
      'did you',
    );
  },
);
