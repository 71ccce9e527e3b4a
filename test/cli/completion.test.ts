import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { itWith } from './shells';
import { BIN, stream } from './stream-process';

let loom: LoomProcess;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loom-shells-'));
  symlinkSync(BIN, join(home, 'stream'));
  writeFileSync(join(home, 'secret file'), 'x');
  mkdirSync(join(home, '.config/loom'), { recursive: true });
  loom = await LoomProcess.start({ store: 'memory:' });
  writeFileSync(
    join(home, '.config/loom/cli.yaml'),
    `profiles: {work: {url: '${loom.url}'}, local: {url: 'http://127.0.0.1:1'}}\n`,
  );
  for (const id of ['build-41', 'build-42', 'with space', 'a:b'])
    await request(`${loom.url}/stream/${encodeURIComponent(id)}`, { method: 'POST', body: 'x' });
});

afterAll(async () => {
  await loom.stop();
  rmSync(home, { recursive: true });
});

const environment = (): Record<string, string> => ({
  HOME: home,
  PATH: `${home}:${process.env['PATH'] ?? ''}`,
  LOOM_URL: loom.url,
  TERM: 'xterm',
  LANG: 'C.UTF-8',
  XDG_CONFIG_HOME: '',
});

/** What the three scripts ask for. */
async function candidates(...words: string[]): Promise<{ also: string | undefined; words: string[] }> {
  const { stdout } = await stream(['__complete', '--', ...words], { env: environment() });
  const [also, ...lines] = stdout.trimEnd().split('\n');
  return { also, words: lines.map((line) => line.replace(/\t.*/, '')) };
}

describe('what may come next on the command line', () => {
  it.each([
    [['fo'], 'none', ['follow']],
    [['completion', 'f'], 'none', ['fish']],
    [['ls', '--st'], 'none', ['--state']],
    [['ls', '--state', ''], 'none', ['open', 'interrupted', 'closed']],
    [['follow', '-o', 'j'], 'none', ['json']],
    [['follow', 'build-'], 'none', ['build-42', 'build-41']],
    [['follow', '-n', '20', 'build-41'], 'none', ['build-41']],
    [['follow', 'build-42', ''], 'none', []],
    [['cat', 'build-41', 'build-42'], 'none', ['build-42']],
    [['grep', 'text', 'build-42'], 'none', ['build-42']],
    [['grep', 'buil'], 'none', []],
    [['rm', '--prefix', 'build-'], 'none', ['build-42', 'build-41']],
    [['cp', 'file', ':build-42'], 'none', [':build-42']],
    [['cp', ':build-42', ''], 'files', []],
    [['send', '--redact-file', ''], 'files', []],
    [['run', '--', 'ma'], 'commands', []],
    [['ls', '--profile', ''], 'none', ['work', 'local']],
    [['follow', '--profile', 'local', 'build-'], 'none', []],
    [['follow', 'http://127.0.0.1:1', 'build-'], 'none', []],
  ])('after %j come %s and %j', async (words, also, wanted) => {
    expect(await candidates(...words)).toEqual({ also, words: wanted });
  });
});

describe('in a shell', () => {
  async function bash(line: string): Promise<string[]> {
    const script =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: they are of bash.
      'eval "$(stream completion bash)"; COMP_LINE=$1 COMP_POINT=${#1}; COMP_WORDS=(stream); _stream_complete stream; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script, 'bash', line], {
      env: environment(),
      cwd: home,
    });
    return stdout.split('\n').filter((word) => word !== '');
  }

  itWith('bash')('bash completes verbs, options, ids and files', async () => {
    expect(await bash('stream fol')).toEqual(['follow']);
    expect(await bash('stream ls --sta')).toEqual(['--state']);
    expect(await bash('stream follow build-')).toEqual(['build-42', 'build-41']);
    expect(await bash('stream follow wi')).toEqual(['with\\ space']);
    expect(await bash('stream follow with\\ s')).toEqual(['with\\ space']);
    // bash has completed what is before the colon.
    expect(await bash('stream follow a:')).toEqual(['b']);
    expect(await bash('stream cp x :build-42')).toEqual(['build-42']);
    expect(await bash('stream send --redact-file sec')).toEqual(['secret file']);
    expect(await bash('stream run -- ech')).toContain('echo');
  });

  /** Types a line at a prompt, and a tab. */
  async function typed(shell: string, setUp: string, line: string, wanted: RegExp): Promise<void> {
    const terminal = spawn('script', ['-qec', shell, '/dev/null'], { env: environment(), cwd: home });
    let shown = '';
    const showed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(shown)) await once(terminal.stdout, 'data');
    };
    terminal.stdout.on('data', (bytes) => {
      shown += bytes;
    });
    try {
      terminal.stdin.write(`${setUp}; echo rea''dy\n`);
      await showed(/ready\r/);
      shown = '';
      terminal.stdin.write(`${line}\t`);
      await showed(wanted);
    } finally {
      terminal.stdin.destroy();
      terminal.kill('SIGKILL');
      await once(terminal, 'close');
    }
  }

  itWith('bash')('a tab at the prompt of bash completes an id', () =>
    typed('bash --norc', 'PS1="> "; eval "$(stream completion bash)"', 'stream follow wi', /with\\ space/),
  );

  itWith('zsh')('a tab at the prompt of zsh completes a verb', () =>
    typed('zsh -f', 'PS1="> "; source <(stream completion zsh)', 'stream fol', /follow/),
  );

  itWith('zsh')('a tab at the prompt of zsh completes an id', () =>
    typed('zsh -f', 'PS1="> "; source <(stream completion zsh)', 'stream follow wi', /with\\ space/),
  );

  itWith('zsh')('a tab at the prompt of zsh completes a file', () =>
    typed(
      'zsh -f',
      'PS1="> "; source <(stream completion zsh)',
      'stream send --redact-file sec',
      /secret\\ file/,
    ),
  );

  async function fish(line: string): Promise<string[]> {
    const script = 'stream completion fish | source; complete -C $argv[1]';
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script, line], {
      env: environment(),
      cwd: home,
    });
    return stdout
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.replace(/\t.*/, ''));
  }

  itWith('fish')('fish completes verbs, options, ids and files', async () => {
    expect(await fish('stream fol')).toEqual(['follow']);
    expect(await fish('stream ls --sta')).toEqual(['--state']);
    expect((await fish('stream follow build-')).sort()).toEqual(['build-41', 'build-42']);
    expect((await fish('stream cat build-41 ')).sort()).toEqual([
      'a:b',
      'build-41',
      'build-42',
      'with space',
    ]);
    expect(await fish('stream send --redact-file sec')).toEqual(['secret file']);
    expect(await fish('stream run -- ech')).toContain('echo');
  });

  it('another shell is refused with the known ones', async () => {
    expect(await stream(['completion', 'fsh'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SHELL must be bash or zsh or fish: "fsh"; did you mean'),
    });
  });
});
