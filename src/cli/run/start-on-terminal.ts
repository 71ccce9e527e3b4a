import { type ChildProcess, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Io } from '../output/io';
import { CommandError, findCommand } from './find-command';
import { type CommandOutput, RunningCommand } from './running-command';
import { ignoring, launch, type StartOptions } from './start-command';

/** The size of the terminal where the user has none. */
const COLUMNS = 80;
const ROWS = 24;

/**
 * Starts a command on a pseudo-terminal of `script`, which every Debian has. If standard input is a terminal, the command reads from its own.
 * Otherwise it reads standard input itself: a terminal would echo and interpret the bytes.
 * @throws CommandError
 */
export async function startOnTerminal(
  words: readonly string[],
  { hasGroup }: StartOptions,
  io: Io,
): Promise<RunningCommand> {
  await requireScript();
  findCommand(words[0] ?? '', io.env['PATH']);
  const script = ['script', '-q', '-e', '-E', 'never', '-c', innerScript(words, io), '/dev/null'];
  const child = await launch(script, {
    stdio: io.hasTerminalInput
      ? ['inherit', 'pipe', 'inherit', 'pipe']
      : ['ignore', 'pipe', 'inherit', 'pipe', 0],
    // `script` ends its command by SIGTERM at any signal of its group.
    detached: !io.hasTerminalInput,
    // The shell in which it runs its command. The inner script gives the command that of the user.
    env: { ...io.env, SHELL: '/bin/sh', TERM: io.env['TERM'] ?? 'xterm-256color' },
  });
  const leader = await leaderOf(child);
  const outputs: CommandOutput[] = child.stdout === null ? [] : [{ from: child.stdout, to: 'stdout' }];
  return new RunningCommand(child, outputs, { leader, hasGroup, sharesGroup: false });
}

/** The programs of this name in other systems do not report the exit code. @throws CommandError */
async function requireScript(): Promise<void> {
  const { stdout } = await promisify(execFile)('script', ['--version']).catch(() => ({ stdout: '' }));
  if (!stdout.includes('util-linux')) {
    throw new CommandError(
      'cannot-run',
      '--tty needs the program script of util-linux (Debian: bsdutils, Alpine: util-linux-misc)',
    );
  }
}

/** What `script` runs on the terminal: it reports the id of its process, which becomes the command. */
function innerScript(words: readonly string[], { hasTerminalInput, ignoredSignals, env }: Io): string {
  const shell = env['SHELL'];
  const [columns, rows] = [sizeOf(env['COLUMNS'], COLUMNS), sizeOf(env['LINES'], ROWS)];
  return [
    'echo $$ >&3; exec 3>&-',
    ...ignoring(ignoredSignals),
    shell === undefined ? 'unset SHELL' : `SHELL=${quoted(shell)}`,
    // This terminal is not on a screen: lines end as the command ends them, and not in CR LF.
    ...(hasTerminalInput ? [] : [`stty -onlcr cols ${columns} rows ${rows} 2>/dev/null`]),
    `exec ${words.map(quoted).join(' ')}${hasTerminalInput ? '' : ' <&4 4<&-'}`,
  ].join('\n');
}

function sizeOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : otherwise;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @returns `undefined` if `script` has failed */
async function leaderOf({ stdio }: ChildProcess): Promise<number | undefined> {
  const pipe = stdio[3];
  if (pipe === null || pipe === undefined || !('setEncoding' in pipe)) return undefined;
  let text = '';
  for await (const part of pipe.setEncoding('utf8')) {
    text += part;
    // `script` keeps the pipe open until its end.
    if (text.endsWith('\n')) return Number(text);
  }
  return undefined;
}
