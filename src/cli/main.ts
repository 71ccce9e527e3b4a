import { setTimeout as delay } from 'node:timers/promises';
import { isClientError } from '../client';
import { helpWidth } from '../words/help-layout';
import { isNear } from '../words/nearest';
import { type Command, helpCommandOf } from './arguments/command';
import { meantVerb } from './arguments/near-verb';
import { UsageError } from './arguments/usage-error';
import { COMMANDS, COMMON_OPTIONS, SEND, VERBS } from './commands';
import { complete } from './completion/complete';
import { COMPLETE_WORD } from './completion/shell-scripts';
import { EXIT } from './exit-code';
import { helpOf, overview } from './help';
import { errorText } from './output/error-text';
import { type Io, isBrokenPipe, say, write } from './output/io';
import { printable } from './output/printable';
import { packageVersion } from './package-version';
import { parseInvocation } from './parse-invocation';
import { Profiles } from './profile/profiles';

export { exit, processIo } from './output/process-io';

/** `LOOM_TOKENS` is one of the server, which may run on the same machine. */
const NEAR = /^LOOM_(?!TOKENS(?:_FILE)?$)/i;

/** How long a reader of standard error has to take the last lines. */
const LAST_WORDS_MS = 2_000;

/** Parses the command line of `bin/stream` and runs its command. @returns the exit code */
export async function main(io: Io): Promise<number> {
  // Each write reports its own error. Without these listeners the error would also end the process.
  io.stdout.on('error', () => {});
  io.stderr.on('error', () => {});
  const code = await dispatch(io).catch((error: unknown) => report(error, io));
  // The process ends at once, also with words in it that a slow reader has not taken yet.
  await Promise.race([write(io.stderr, '').catch(() => {}), delay(LAST_WORDS_MS, undefined, { ref: false })]);
  return code;
}

async function dispatch(io: Io): Promise<number> {
  const [first] = io.argv;
  const width = helpWidth(io.stdout, io.env);
  if (first === '--version' || first === '-v') return print(io, `stream ${packageVersion()}\n`);
  if (first === '--help' || first === '-h') return print(io, overview(width));
  if (first === 'help')
    return print(
      io,
      helpFor(
        io.argv.slice(1).find((word) => !word.startsWith('-')),
        width,
      ),
    );
  if (first === COMPLETE_WORD && io.argv[1] === '--') {
    await complete(io.argv.slice(2), { commands: COMMANDS, send: SEND, common: COMMON_OPTIONS }, io);
    return EXIT.ok;
  }
  warnOfVariables(io);
  const command: Command = commandOf(first) ?? SEND;
  const words = command.verb === undefined ? io.argv : io.argv.slice(1);
  try {
    const invocation = parseInvocation(command, words, io.env, await Profiles.read(io.env));
    if (invocation === 'help') return print(io, command === SEND ? overview(width) : helpOf(command, width));
    if (invocation === 'version') return print(io, `stream ${packageVersion()}\n`);
    if (invocation.warning !== undefined) say(io, printable(invocation.warning));
    return await command.run(invocation, io);
  } catch (error) {
    if (isWrong(error)) throw new UsageError(messageOf(error), helpCommandOf(command));
    if (command.waitsWith === undefined || !isMissing(error)) throw error;
    say(io, `${errorText(error)}; ${command.waitsWith} waits for it`);
    return EXIT.failed;
  }
}

/** A misspelt name is as if nothing was set. What is set for other programs is left alone. */
function warnOfVariables(io: Io): void {
  for (const known of ['LOOM_URL', 'LOOM_TOKEN', 'LOOM_PROFILE']) {
    if (io.env[known]) continue;
    const near = Object.keys(io.env).find(
      (name) => NEAR.test(name) && io.env[name] && isNear(name.slice(5).toUpperCase(), known.slice(5)),
    );
    if (near !== undefined) say(io, `${printable(near)} is not a variable of stream: did you mean ${known}?`);
  }
}

function commandOf(word: string | undefined): Command | undefined {
  return COMMANDS.find(
    ({ verb, aliases }) => word === verb || (word !== undefined && aliases?.includes(word)),
  );
}

/** @throws UsageError */
function helpFor(word: string | undefined, width: number): string {
  if (word === undefined) return overview(width);
  const command = commandOf(word);
  if (command !== undefined) return helpOf(command, width);
  const meant = meantVerb(word, VERBS);
  const verbs = COMMANDS.map((known) => known.verb).join(', ');
  throw new UsageError(
    `there is no verb "${word}"${meant === undefined ? '' : `: did you mean ${meant}`}; the verbs are ${verbs}`,
  );
}

async function print(io: Io, text: string): Promise<number> {
  await write(io.stdout, text);
  return EXIT.ok;
}

function report(error: unknown, io: Io): number {
  if (isBrokenPipe(error)) return EXIT.ok;
  say(io, errorText(error));
  if (!isWrong(error)) return EXIT.failed;
  say(io, `see ${error instanceof UsageError ? error.help : 'stream --help'}`);
  return EXIT.usage;
}

/** Whether the command line is wrong. */
function isWrong(error: unknown): boolean {
  return error instanceof UsageError || isClientError(error, 'INVALID');
}

function isMissing(error: unknown): boolean {
  // Any 404 without a code has this code, also that of another program.
  return isClientError(error) && error.answerCode === 'stream_not_found' && / exist$/.test(error.message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
