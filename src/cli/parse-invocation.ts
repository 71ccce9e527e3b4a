import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Command, Invocation } from './arguments/command';
import { Flags } from './arguments/flags';
import { UsageError } from './arguments/usage-error';
import { COMMON_OPTIONS } from './commands';
import { usageOf } from './help';
import type { Io } from './output/io';

/** Parses the words after the verb. @returns `help` for `--help` @throws UsageError */
export function parseInvocation(
  command: Command,
  words: readonly string[],
  env: Io['env'],
): Invocation | 'help' {
  const [own, toRun] = command.takesCommand ? splitAtDashes(words) : [words, []];
  const { values, positionals } = parseWords(command, own);
  const flags = new Flags(values);
  if (flags.choice('help')) return 'help';
  const { url, operands } = findTarget(command, positionals, env['LOOM_URL']);
  if (command.takesCommand && toRun.length === 0)
    throw new UsageError(`a command is missing: ${usageOf(command)}`);
  const token = flags.text('token') ?? env['LOOM_TOKEN'];
  return { url, operands, command: toRun, flags, ...(token !== undefined && { token }) };
}

function splitAtDashes(words: readonly string[]): [readonly string[], readonly string[]] {
  const at = words.indexOf('--');
  return at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}

interface ParsedWords {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

function parseWords(command: Command, words: readonly string[]): ParsedWords {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short }] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    options[name] = {
      type: value === undefined ? 'boolean' : 'string',
      ...(short !== undefined && { short }),
    };
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      allowNegative: true,
    });
    return { values: Object.fromEntries(Object.entries(values).filter(isSingle)), positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}

function isSingle(entry: [string, unknown]): entry is [string, string | boolean] {
  return typeof entry[1] === 'string' || typeof entry[1] === 'boolean';
}

/** Finds the URL: the first argument, or LOOM_URL when one argument fewer is given. */
function findTarget(
  command: Command,
  positionals: readonly string[],
  urlOfEnvironment: string | undefined,
): { url: string; operands: readonly string[] } {
  const [url, ...operands] = positionals;
  const isFirst = url !== undefined && allows(command, operands.length);
  const mayBeMissing = urlOfEnvironment && allows(command, positionals.length);
  // With any number of arguments, only the look of the first one shows whether it is the URL.
  if (isFirst && (!mayBeMissing || /^https?:\/\//i.test(url))) return { url, operands };
  if (mayBeMissing) return { url: urlOfEnvironment, operands: positionals };
  throw new UsageError(`expected: ${usageOf(command)}`);
}

/** Whether the command takes so many arguments. */
function allows({ operands }: Command, count: number): boolean {
  const last = operands.at(-1) ?? '';
  if (!/…\]?$/.test(last)) return count === operands.length;
  return count >= operands.length - (last.startsWith('[') ? 1 : 0);
}
