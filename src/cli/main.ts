import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isClientError, memberOf } from '../client';
import type { Command } from './arguments/command';
import { UsageError } from './arguments/usage-error';
import { COMMANDS, SEND } from './commands';
import { EXIT } from './exit-code';
import { helpOf, overview } from './help';
import { type Io, isBrokenPipe, say, write } from './output/io';
import { printable } from './output/printable';
import { parseInvocation } from './parse-invocation';

/** Parses the command line of `bin/stream` and runs its command. @returns the exit code */
export async function main(io: Io): Promise<number> {
  // Each write reports its own error. Without these listeners the error would also end the process.
  io.stdout.on('error', () => {});
  io.stderr.on('error', () => {});
  try {
    return await dispatch(io);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(io: Io): Promise<number> {
  const [first] = io.argv;
  if (first === '--version') return print(io, `stream ${version()}\n`);
  if (first === '--help' || first === '-h') return print(io, overview());
  if (first === 'help') return print(io, helpFor(io.argv[1]));
  const command: Command = commandOf(first) ?? SEND;
  const words = command.verb === undefined ? io.argv : io.argv.slice(1);
  const invocation = parseInvocation(command, words, io.env);
  if (invocation === 'help') return print(io, command === SEND ? overview() : helpOf(command));
  return command.run(invocation, io);
}

function commandOf(verb: string | undefined): Command | undefined {
  return COMMANDS.find((command) => command.verb === verb);
}

/** @throws UsageError */
function helpFor(verb: string | undefined): string {
  if (verb === undefined) return overview();
  const command = commandOf(verb);
  if (command !== undefined) return helpOf(command);
  const verbs = COMMANDS.map((known) => known.verb).join(', ');
  throw new UsageError(`unknown verb ${printable(verb)}; the verbs are ${verbs}`);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  return String(memberOf(manifest, 'version'));
}

async function print(io: Io, text: string): Promise<number> {
  await write(io.stdout, text);
  return EXIT.ok;
}

function report(error: unknown, io: Io): number {
  if (isBrokenPipe(error)) return EXIT.ok;
  say(io, printable(error instanceof Error ? error.message : String(error)));
  if (!(error instanceof UsageError) && !isClientError(error, 'INVALID')) return EXIT.failed;
  say(io, 'see stream --help');
  return EXIT.usage;
}
