import { helpParagraph, helpRow } from '../words/help-layout';
import { type CommandLineFlag, FLAGS, type HelpTopic } from './command-line';
import { toYaml } from './option';
import { SETTINGS, type Setting } from './settings';

const NAMES = 28;

/** A name and its description. */
export type HelpRow = readonly [name: string, description: string];

export const USAGES: readonly string[] = ['loom [serve] [options]', 'loom recover [options]'];

export const COMMANDS: readonly HelpRow[] = [
  ['serve', 'Serve, until a signal. This is what loom without a command does.'],
  [
    'recover',
    'Restore the streams of a file store whose loom.mdb is missing, damaged or outdated: loom recover --help.',
  ],
  ['help all', 'Print this help with every setting, like loom --help all.'],
  ['manual', 'Print the manual page, with every setting: loom manual | man -l -'],
];

const COMMON: readonly HelpRow[] = [
  [
    '-c, --config FILE_OR_DIR',
    'A YAML file with settings, or a directory of such files. May be repeated: later files win.',
  ],
  ['-h, --help', 'Print this help.'],
  ['-v, --version', 'Print the version.'],
];

export const ABOUT_SETTINGS: readonly string[] = [
  'Each setting is a key in a YAML file and an environment variable: limits.streams is LOOM_LIMITS_STREAMS.',
  'LOOM_TOKENS is a comma-separated list. LOOM_TOKENS_FILE and LOOM_STORE_FILE name a file that holds the value.',
  'Later sources win: defaults, --config files in order, environment variables, options.',
];

/** The settings that most servers need sooner or later. */
const FIRST_SETTINGS: readonly string[] = [
  'tokens',
  'allowAnonymous',
  'http.hosts',
  'http.allowOrigin',
  'retention.maxAge',
  'limits.bytesPerStream',
  'limits.streams',
  'resumeGrace',
  'files.durability',
  'log.level',
];

/** Renders the help about a topic. @param width of a line */
export function helpText(topic: HelpTopic, width: number): string {
  return topic === 'recover' ? recoverHelp(width) : serverHelp(topic === 'all', width);
}

/** The options of a command, as the help and the manual page list them. */
export function optionRows(names = FLAGS.map(({ name }) => name)): readonly HelpRow[] {
  return [...FLAGS.filter(({ name }) => names.includes(name)).map(flagRow), ...COMMON];
}

/** A setting with its default. */
export function settingRow({ key, option }: Setting): HelpRow {
  return [key, `${option.description} [${toYaml(option.default)}]`];
}

function serverHelp(hasAll: boolean, width: number): string {
  const settings = SETTINGS.filter(({ key }) => hasAll || FIRST_SETTINGS.includes(key));
  const more = `${SETTINGS.length - settings.length} more settings: loom help all, or docs/settings.md`;
  return `Usage: ${USAGES.join('\n       ')}

Persistent, tailable log streams over HTTP.

Commands:
${rows(COMMANDS, width)}
Options:
${rows(optionRows(), width)}
${ABOUT_SETTINGS.map((text) => helpParagraph(text, width)).join('')}
${rows(settings.map(settingRow), width)}${hasAll ? '' : `\n${helpParagraph(more, width)}`}`;
}

function recoverHelp(width: number): string {
  return `Usage: loom recover [options]

${helpParagraph('Restore the streams of a file store whose loom.mdb is missing, damaged or outdated. Stop the server before. Prints each step, and removes no stream.', width)}
Options:
${rows(optionRows(['store']), width)}
Example:
  loom recover --store ./data
`;
}

function flagRow({ name, letter, key = name, value }: CommandLineFlag): HelpRow {
  const description = SETTINGS.find((setting) => setting.key === key)?.option.description ?? '';
  return [`${letter === undefined ? '   ' : `-${letter},`} --${name} ${value}`, description];
}

function rows(all: readonly HelpRow[], width: number): string {
  return all.map((row) => helpRow(...row, { names: NAMES, width })).join('');
}
