import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { errorText } from '../output/error-text';
import { hasCode, type Io } from '../output/io';
import { type CommandPipe, closeWriters, openPipes } from './command-pipes';
import { CommandError, findCommand } from './find-command';
import { type CommandOutput, type CommandProcesses, RunningCommand } from './running-command';

/** How to start a command. */
export interface StartOptions {
  /** Whether it leads a process group of its own. */
  readonly hasGroup: boolean;
}

/** Starts a command whose outputs can be read. It reads standard input itself. @throws CommandError */
export async function startCommand(
  words: readonly string[],
  { hasGroup }: StartOptions,
  io: Io,
): Promise<RunningCommand> {
  const targets: readonly CommandOutput['to'][] = io.hasOneOutput ? ['stdout'] : ['stdout', 'stderr'];
  const pipes = await openPipes(targets.length);
  if (pipes === undefined) return startOnSockets(words, { hasGroup }, io);
  try {
    const [out, err = out] = pipes.map(({ writeFd }) => writeFd);
    const child = await launch(wrapped(words, io, []), { stdio: ['inherit', out, err], detached: hasGroup });
    return new RunningCommand(child, outputsOf(pipes, targets), processesOf(child, hasGroup));
  } catch (error) {
    for (const { from } of pipes) from.destroy();
    throw error;
  } finally {
    closeWriters(pipes);
  }
}

/** Where there are no named pipes: a shell gives the command one socket for both outputs. */
async function startOnSockets(
  words: readonly string[],
  { hasGroup }: StartOptions,
  io: Io,
): Promise<RunningCommand> {
  const launched = wrapped(words, io, io.hasOneOutput ? ['exec 2>&1'] : []);
  const child = await launch(launched, { stdio: ['inherit', 'pipe', 'pipe'], detached: hasGroup });
  const outputs: CommandOutput[] = [];
  if (child.stdout !== null) outputs.push({ from: child.stdout, to: 'stdout' });
  if (child.stderr !== null) outputs.push({ from: child.stderr, to: 'stderr' });
  return new RunningCommand(child, outputs, processesOf(child, hasGroup));
}

function processesOf({ pid }: ChildProcess, hasGroup: boolean): CommandProcesses {
  return { leader: pid, hasGroup, sharesGroup: !hasGroup };
}

function outputsOf(pipes: readonly CommandPipe[], targets: readonly CommandOutput['to'][]): CommandOutput[] {
  return pipes.map(({ from }, index) => ({ from, to: targets[index] ?? 'stdout' }));
}

/** @throws CommandError */
export async function launch(
  [file = '', ...args]: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  try {
    const child = spawn(file, args, options);
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw commandError(file, options.env ?? process.env, error);
  }
}

/** Rewords what Node says, `spawn make ENOENT`. */
function commandError(file: string, env: NodeJS.ProcessEnv, error: unknown): CommandError {
  if (hasCode(error, 'EACCES')) return new CommandError('cannot-run', 'permission denied');
  if (!hasCode(error, 'ENOENT')) return new CommandError('cannot-run', errorText(error));
  try {
    findCommand(file, env['PATH']);
  } catch (cause) {
    if (cause instanceof CommandError) return cause;
    throw cause;
  }
  return new CommandError('not-found', 'the interpreter that its first line names does not exist');
}

/** The lines of a shell that make it, and the command in its place, ignore signals: Node gives its children the default actions of all signals. */
export function ignoring(signals: readonly NodeJS.Signals[]): string[] {
  return signals.length === 0 ? [] : [`trap '' ${signals.map((name) => constants.signals[name]).join(' ')}`];
}

/** The words that run the command, by a shell if that has anything to do first. @throws CommandError */
function wrapped(
  words: readonly string[],
  { ignoredSignals, env }: Io,
  first: readonly string[],
): readonly string[] {
  const lines = [...ignoring(ignoredSignals), ...first];
  if (lines.length === 0) return words;
  // The shell would write the error to the output of the command.
  findCommand(words[0] ?? '', env['PATH']);
  return ['/bin/sh', '-c', [...lines, 'exec "$@"'].join('\n'), 'sh', ...words];
}
