import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Command, Invocation } from './command';
import { COMMON_OPTIONS } from './commands';
import { Flags } from './flags';
import { usageOf } from './help';
import type { Io } from './io';
import { UsageError } from './usage-error';

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
  for (const [name, { value }] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    options[name] = {
      type: value === undefined ? 'boolean' : 'string',
      ...(name === 'help' && { short: 'h' }),
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
  const wanted = command.operands.length;
  const [url, ...operands] = positionals;
  if (url !== undefined && operands.length === wanted) return { url, operands };
  if (urlOfEnvironment && positionals.length === wanted)
    return { url: urlOfEnvironment, operands: positionals };
  throw new UsageError(`expected: ${usageOf(command)}`);
}
