import { isAddress } from '../arguments/address';
import type { Command, CommandOption, VerbCommand } from '../arguments/command';

/** What may come next on a command line. */
export interface Candidates {
  /** Whether names of files or of commands may come as well. */
  readonly also: 'none' | 'files' | 'commands';
  readonly words: readonly Candidate[];
  /** IDs of streams that begin with this come as well. */
  readonly ids?: string;
  /** What is before each ID: `:` where the operand may also be a file. */
  readonly idMark?: string;
}

interface Candidate {
  readonly word: string;
  readonly description: string;
}

const NOTHING: Candidates = { also: 'none', words: [] };
/** The options whose values are the IDs of streams, or begin like them. */
const ID_OPTIONS: readonly string[] = ['prefix'];
const FILE_OPTIONS: readonly string[] = ['redact-file'];

/** The tables of the command line. */
export interface CompletionTables {
  readonly commands: readonly VerbCommand[];
  /** `stream URL ID`. */
  readonly send: Command;
  readonly common: Command['options'];
  /** The names of the profiles. */
  readonly profiles: readonly string[];
}

/** Finds what may come in place of the last word. @param words those after `stream`; the last is the one at the cursor */
export function candidatesFor(words: readonly string[], tables: CompletionTables): Candidates {
  const current = words.at(-1) ?? '';
  const [first = ''] = words;
  const command = tables.commands.find(({ verb, aliases }) => verb === first || aliases?.includes(first));
  if (words.length <= 1 && !current.startsWith('-')) return verbs(current, tables);
  const known = command ?? tables.send;
  const before = words.slice(command === undefined ? 0 : 1, -1);
  const options = { ...known.options, ...tables.common };
  if (known.takesCommand && before.includes('--')) return { also: 'commands', words: [] };
  const last = optionOf(before.at(-1), options);
  if (last?.option.value !== undefined) return valuesOf(last, current, tables);
  if (current.startsWith('-')) return optionNames(current, options);
  return operand(known, operandsIn(before, options), current);
}

function verbs(current: string, { commands }: CompletionTables): Candidates {
  return {
    also: 'none',
    words: commands
      .map(({ verb, summary }) => ({ word: verb, description: summary }))
      .filter(({ word }) => word.startsWith(current)),
  };
}

interface NamedOption {
  readonly name: string;
  readonly option: CommandOption;
}

/** The option that a word is, unless it has its value in it. */
function optionOf(word: string | undefined, options: Command['options']): NamedOption | undefined {
  const found = Object.entries(options).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found === undefined ? undefined : { name: found[0], option: found[1] };
}

function valuesOf(
  { name, option }: NamedOption,
  current: string,
  { profiles }: CompletionTables,
): Candidates {
  if (ID_OPTIONS.includes(name)) return { ...NOTHING, ids: current };
  if (FILE_OPTIONS.includes(name)) return { ...NOTHING, also: 'files' };
  const values = name === 'profile' ? profiles : (option.choices ?? []);
  return {
    also: 'none',
    words: values
      .filter((value) => value.startsWith(current))
      .map((word) => ({ word, description: option.description })),
  };
}

function optionNames(current: string, options: Command['options']): Candidates {
  const words = Object.entries(options).map(([name, { description }]) => ({
    word: `--${name}`,
    description,
  }));
  return { also: 'none', words: words.filter(({ word }) => word.startsWith(current)) };
}

/** The words that are neither options nor their values nor the address of the server. */
function operandsIn(words: readonly string[], options: Command['options']): readonly string[] {
  const operands = words.filter((word, at) => {
    const isValue = optionOf(words[at - 1], options)?.option.value !== undefined;
    return !isValue && !word.startsWith('-');
  });
  return operands[0] !== undefined && isAddress(operands[0]) ? operands.slice(1) : operands;
}

function operand(command: Command, given: readonly string[], current: string): Candidates {
  const { operands, copies } = command;
  if (copies) return copyOperand(given, current);
  const isVariadic = /…\]?$/.test(operands.at(-1) ?? '');
  const name = operands[isVariadic ? Math.min(given.length, operands.length - 1) : given.length] ?? '';
  if (/^\[?ID\b/.test(name)) return { ...NOTHING, ids: current };
  const choices = command.operandChoices?.[given.length] ?? [];
  return {
    also: 'none',
    words: choices
      .filter((word) => word.startsWith(current))
      .map((word) => ({ word, description: command.summary })),
  };
}

/** One is a file, the other a stream. */
function copyOperand(given: readonly string[], current: string): Candidates {
  const mayBeStream = !given.some((word) => word.startsWith(':') || isAddress(word));
  const mayBeFile = given.length === 0 || !mayBeStream;
  if (given.length > 1) return NOTHING;
  const ids =
    mayBeStream && (current === '' || current.startsWith(':')) ? { ids: current.slice(1), idMark: ':' } : {};
  return { also: mayBeFile && !current.startsWith(':') ? 'files' : 'none', words: [], ...ids };
}
