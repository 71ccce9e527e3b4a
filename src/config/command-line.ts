import { parseArgs, types } from 'node:util';
import { nearest } from '../words/nearest';
import { type Layer, parseValue } from './layer';
import { SETTINGS } from './settings';
import { CommandLineError, ConfigError } from './startup-errors';

/** A parsed command line of `bin/loom`. */
export interface CommandLine {
  readonly command: Verb | 'help' | 'version' | 'manual';
  /** What `help` is wanted about. */
  readonly topic: HelpTopic;
  /** Of a backup. */
  readonly directory?: string;
  /** For the test requests of `check`. */
  readonly url?: string;
  /** The files and directories of `--config`, in order. */
  readonly configs: readonly string[];
  readonly flags: Layer;
}

type Verb = 'serve' | 'recover' | 'check' | 'backup' | 'restore';

/** The commands that are given the directory of a backup. */
const WITH_DIRECTORY: readonly string[] = ['backup', 'restore'];

/** A command, or all settings. */
export type HelpTopic = Verb | 'all';

const TOPICS: Readonly<Record<string, HelpTopic>> = {
  serve: 'serve',
  recover: 'recover',
  check: 'check',
  backup: 'backup',
  restore: 'restore',
  all: 'all',
};

/** The words that a command line may begin with. */
const WORDS: Readonly<Record<string, CommandLine['command']>> = {
  serve: 'serve',
  recover: 'recover',
  check: 'check',
  backup: 'backup',
  restore: 'restore',
  help: 'help',
  version: 'version',
  manual: 'manual',
};

/** What other programs call them. */
const MEANT: Readonly<Record<string, string>> = {
  start: 'serve',
  run: 'serve',
  server: 'serve',
  up: 'serve',
  repair: 'recover',
  doctor: 'check',
  test: 'check',
  dump: 'backup',
  export: 'backup',
  import: 'restore',
};

/** An option of `bin/loom` that sets a setting. */
export interface CommandLineFlag {
  readonly name: string;
  readonly letter?: string;
  /** The key of the setting, if it differs from the name. */
  readonly key?: string;
  readonly value: string;
}

/** The settings that have a flag. */
export const FLAGS: readonly CommandLineFlag[] = [
  { name: 'port', letter: 'p', value: 'N' },
  { name: 'host', value: 'H' },
  { name: 'store', value: 'URL' },
  { name: 'workers', value: 'N' },
  { name: 'listen', key: 'listeners', value: 'RELAY=PORT' },
];

/** @throws CommandLineError */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parse(argv);
  const { help, version, config, listen, url, ...given } = values;
  // `loom --help all` is `loom help all`.
  const { command, topic, directory } = commandOf(
    help && positionals[0] === 'all' ? ['help', ...positionals] : positionals,
    help === true,
  );
  const texts = new Map(Object.entries(given));
  if (listen !== undefined) texts.set('listeners', listen.join(','));
  const flags = new Map<string, unknown>();
  for (const setting of SETTINGS) {
    const text = texts.get(setting.key);
    if (text === undefined) continue;
    flags.set(
      setting.key,
      asCommandLineError(() =>
        parseValue(setting, setting.option.check.fromText(text), `--${flagOf(setting.key)}`),
      ),
    );
  }
  if (url !== undefined) assertUrlFits(command, url, help === true);
  return {
    command: help ? 'help' : version ? 'version' : command,
    topic,
    ...(directory !== undefined && { directory }),
    ...(url !== undefined && { url }),
    configs: config ?? [],
    flags,
  };
}

/** @throws CommandLineError */
function assertUrlFits(command: string, url: string, isHelp: boolean): void {
  if (command !== 'check' && !isHelp) throw new CommandLineError('--url goes with loom check only');
  const { protocol = '', username = '', password = '' } = URL.canParse(url) ? new URL(url) : {};
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '')
    throw new CommandLineError(
      '--url must be http://… or https://…, without a user; a token goes into LOOM_TOKEN',
    );
}

function flagOf(key: string): string {
  return FLAGS.find((flag) => flag.key === key)?.name ?? key;
}

type Command = Pick<CommandLine, 'command' | 'topic' | 'directory'>;

function commandOf([first, ...more]: readonly string[], isHelp: boolean): Command {
  if (first === undefined) return { command: 'serve', topic: 'serve' };
  const command = Object.hasOwn(WORDS, first) ? WORDS[first] : undefined;
  if (command === undefined)
    throw new CommandLineError(withSuggestion(`Unknown command '${first}'`, meantCommand(first)));
  const topic = topicOf(command === 'help' ? more[0] : first);
  if (WITH_DIRECTORY.includes(command) && !isHelp)
    return { command, topic: topic ?? 'serve', directory: directoryIn(command, more) };
  const [unexpected] = command === 'help' && topic !== undefined ? more.slice(1) : more;
  if (unexpected !== undefined) throw new CommandLineError(`Unexpected argument '${unexpected}'`);
  return { command, topic: topic ?? 'serve' };
}

function topicOf(word: string | undefined): HelpTopic | undefined {
  return word !== undefined && Object.hasOwn(TOPICS, word) ? TOPICS[word] : undefined;
}

function directoryIn(command: string, [directory, unexpected]: readonly string[]): string {
  if (directory === undefined || directory === '')
    throw new CommandLineError(`The directory of the backup is missing: loom ${command} DIRECTORY`);
  if (unexpected !== undefined) throw new CommandLineError(`Unexpected argument '${unexpected}'`);
  return directory;
}

const OPTIONS = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  store: { type: 'string' },
  workers: { type: 'string' },
  listen: { type: 'string', multiple: true },
  url: { type: 'string' },
  config: { type: 'string', short: 'c', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    // Only the first sentence of Node's message: the others suggest syntax that this command does not have.
    const message = types.isNativeError(error) ? error.message : String(error);
    const [first = message] = message.split(/\. |\.?\n/, 1);
    const value = withoutValue(first);
    if (value !== undefined) throw new CommandLineError(value);
    const [, unknown] = /^Unknown option '-+([^']*)'$/.exec(first) ?? [];
    if (unknown === undefined) throw new CommandLineError(first);
    throw new CommandLineError(withSuggestion(first, meantOption(wholeOf(unknown, argv))));
  }
}

/** The message for an option whose value is missing, or looks like another option. */
function withoutValue(message: string): string | undefined {
  const [, option, problem] = /^Option '([^']+)' argument (missing|is ambiguous)/.exec(message) ?? [];
  if (option === undefined) return undefined;
  const letter = /^-(\w)$/.exec(option)?.[1];
  const name = FLAGS.find((flag) => letter !== undefined && flag.letter === letter)?.name;
  const long = name === undefined ? (/--[\w-]+/.exec(option)?.[0] ?? option) : `--${name}`;
  const dash = problem === 'missing' ? '' : `; one that begins with a dash is written ${long}=-…`;
  return `The value of ${long} is missing${dash}`;
}

/** Node reads `-port` as four letters. */
function wholeOf(option: string, argv: readonly string[]): string {
  const whole = argv.find((word) => /^-[a-z]/i.test(word) && word.includes(option));
  return option.length === 1 && whole !== undefined ? whole.slice(1) : option;
}

function meantCommand(word: string): string | undefined {
  return Object.hasOwn(MEANT, word) ? MEANT[word] : nearest(word, Object.keys(WORDS));
}

function meantOption(word: string): string | undefined {
  const name = nearest(word, Object.keys(OPTIONS));
  return name === undefined ? undefined : `--${name}`;
}

function withSuggestion(sentence: string, meant: string | undefined): string {
  return meant === undefined ? sentence : `${sentence}: did you mean ${meant}?`;
}

function asCommandLineError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ConfigError ? new CommandLineError(error.message) : error;
  }
}
