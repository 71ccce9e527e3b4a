import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../../words/nearest';
import type { Command } from './command';
import type { OptionValue } from './option-value';
import { UsageError } from './usage-error';

/** The words of a command line, sorted. */
export interface ParsedWords {
  readonly values: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
}

/** @throws UsageError */
export function parseWords(known: Command['options'], words: readonly string[]): ParsedWords {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short, isRepeatable = false }] of Object.entries(known)) {
    options[name] = {
      multiple: isRepeatable,
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
    return { values: Object.fromEntries(Object.entries<unknown>(values).filter(isGiven)), positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(explain(error.message, known, words));
  }
}

function isGiven(entry: [string, unknown]): entry is [string, OptionValue] {
  const [, value] = entry;
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value);
}

/** Rewords a message of Node, which also describes the syntax of other programs. */
function explain(message: string, known: Command['options'], words: readonly string[]): string {
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
  if (unknown !== undefined) return unknownOption(unknown, known, words);
  const [first = message] = message.split(/\. |\.?\n/, 1);
  const [, option] = /^Option '([^']+)' argument is ambiguous/.exec(first) ?? [];
  if (option === undefined)
    return first.replace(/^Option '([^' ]+).*' (argument missing)$/, 'the value of $1 is missing');
  const long = longOf(option, known);
  return `the value of ${long} is missing; one that begins with a dash is written ${long}=-…`;
}

/** Node writes `-n`, `--tail` or `-n, --tail <value>`. */
function longOf(option: string, known: Command['options']): string {
  const [long] = /--[^ ]+/.exec(option) ?? [];
  const name = Object.keys(known).find((one) => `-${known[one]?.short}` === option);
  return long ?? (name === undefined ? option : `--${name}`);
}

function unknownOption(unknown: string, known: Command['options'], words: readonly string[]): string {
  const asTail = optionOfTail(unknown, known, words);
  if (asTail !== undefined) return asTail;
  // Node reads `-tail` as four letters.
  const whole = words.find((word) => /^-[A-Za-z]/.test(word) && word.includes(unknown.slice(1)));
  const word = unknown.startsWith('--') ? unknown : (whole ?? unknown);
  const meant = nearest(word.replace(/^-+/, '').replace(/=.*/s, ''), namesOf(known));
  return meant === undefined
    ? `there is no option ${word}`
    : `there is no option ${word}: did you mean --${meant}?`;
}

/** `tail -20` and `tail -f` have options that are written differently here. */
function optionOfTail(
  unknown: string,
  known: Command['options'],
  words: readonly string[],
): string | undefined {
  // Node reads `-20` as two letters.
  const count = words.find((word) => /^-\d+$/.test(word) && word.startsWith(unknown));
  if (count !== undefined && Object.hasOwn(known, 'tail'))
    return `there is no option ${count}: did you mean -n ${count.slice(1)}?`;
  if (unknown === '-f' && Object.hasOwn(known, 'no-follow'))
    return 'there is no option -f: without --no-follow the stream is followed to its end';
  return undefined;
}

function namesOf(known: Command['options']): readonly string[] {
  return Object.entries(known).flatMap(([name, { value }]) =>
    value === undefined ? [name, `no-${name}`] : [name],
  );
}
