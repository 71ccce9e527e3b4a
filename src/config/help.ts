import { helpParagraph, helpRow } from '../words/help-layout';
import { type CommandLineFlag, FLAGS, type HelpTopic } from './command-line';
import { toYaml } from './option';
import { SETTINGS, type Setting } from './settings';

const NAMES = 28;

/** A name and its description. */
export type HelpRow = readonly [name: string, description: string];

export const USAGES: readonly string[] = [
  'loom [serve] [options]',
  'loom recover [options]',
  'loom check [options]',
  'loom backup DIRECTORY [options]',
  'loom restore DIRECTORY [options]',
];

export const COMMANDS: readonly HelpRow[] = [
  ['serve', 'Serve, until a signal. This is what loom without a command does.'],
  [
    'recover',
    'Restore the streams of a file store whose loom.mdb is missing, damaged or outdated: loom recover --help.',
  ],
  ['check', 'Examine the settings, the store, the limits and, with --url, a proxy: loom check --help.'],
  ['backup', 'Copy a file store to a new directory, also while it is served: loom backup --help.'],
  ['restore', 'Copy a backup to the directory of a file store, which is new or empty: loom restore --help.'],
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
  if (topic === 'serve' || topic === 'all') return serverHelp(topic === 'all', width);
  return commandHelp(topic, width);
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

const URL_ROW: HelpRow = [
  '    --url URL',
  'The address by which clients reach the server, such as that of a proxy.',
];

/** What the help of a command has beside its options. */
const ABOUT_COMMANDS = {
  recover: {
    usage: 'loom recover [options]',
    about:
      'Restore the streams of a file store whose loom.mdb is missing, damaged or outdated. Stop the server before. Prints each step, and removes no stream.',
    example: 'loom recover --store ./data',
  },
  check: {
    usage: 'loom check [options]',
    about:
      'Examine the settings, the store, the limit of open files and the clock, and say what is wrong; also while the server runs. With --url, send test streams through a proxy (with the token in LOOM_TOKEN, if there are tokens), and remove them. Exits with 1 if something has failed, and with 0 if there are only warnings.',
    example: 'loom check -c /etc/loom --url https://logs.example.com',
  },
  backup: {
    usage: 'loom backup DIRECTORY [options]',
    about:
      'Copy a file store to a new directory, also while it is served. The copy is itself a store, and has SHA256SUMS. Run it as the user of the server, or as root.',
    example: 'loom backup /backups/2026-12-01 --store /var/lib/loom',
  },
  restore: {
    usage: 'loom restore DIRECTORY [options]',
    about:
      'Copy a backup to the directory of a file store, which is new or empty, and check it against its SHA256SUMS. Then start the server.',
    example: 'loom restore /backups/2026-12-01 --store /var/lib/loom',
  },
} as const;

function commandHelp(command: keyof typeof ABOUT_COMMANDS, width: number): string {
  const { usage, about, example } = ABOUT_COMMANDS[command];
  return `Usage: ${usage}

${helpParagraph(about, width)}
Options:
${rows([...(command === 'check' ? [URL_ROW] : []), ...optionRows(command === 'check' ? undefined : ['store'])], width)}
Example:
  ${example}
`;
}

function flagRow({ name, letter, key = name, value }: CommandLineFlag): HelpRow {
  const description = SETTINGS.find((setting) => setting.key === key)?.option.description ?? '';
  return [`${letter === undefined ? '   ' : `-${letter},`} --${name} ${value}`, description];
}

function rows(all: readonly HelpRow[], width: number): string {
  return all.map((row) => helpRow(...row, { names: NAMES, width })).join('');
}
