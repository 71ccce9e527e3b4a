import { helpParagraph, helpRow } from '../words/help-layout';
import { type CommandLine, type CommandLineFlag, FLAGS } from './command-line';
import { toYaml } from './option';
import { SETTINGS } from './settings';

const NAMES = 28;

/** Renders the help of a command. @param width of a line */
export function helpText(topic: CommandLine['topic'], width: number): string {
  return topic === 'recover' ? recoverHelp(width) : serverHelp(width);
}

function serverHelp(width: number): string {
  const row = rowOf(width);
  const paragraph = (text: string): string => helpParagraph(text, width);
  return `Usage: loom [serve] [options]
       loom recover [options]

Persistent, tailable log streams over HTTP.

Commands:
${row('serve', 'Serve, until a signal. This is what loom without a command does.')}${row('recover', 'Restore the streams of a file store whose loom.mdb is missing, damaged or outdated: loom recover --help.')}
Options:
${FLAGS.map((flag) => flagRow(flag, width)).join('')}${commonRows(width)}
${paragraph('Each setting is a key in a YAML file and an environment variable: limits.streams is LOOM_LIMITS_STREAMS.')}${paragraph('LOOM_TOKENS is a comma-separated list. LOOM_TOKENS_FILE and LOOM_STORE_FILE name a file that holds the value.')}${paragraph('Later sources win: defaults, --config files in order, environment variables, options.')}
${SETTINGS.map(({ key, option }) => row(key, `${option.description} [${toYaml(option.default)}]`)).join('')}`;
}

function recoverHelp(width: number): string {
  const store = FLAGS.filter(({ name }) => name === 'store');
  return `Usage: loom recover [options]

${helpParagraph('Restore the streams of a file store whose loom.mdb is missing, damaged or outdated. Stop the server before. Prints each step, and removes no stream.', width)}
Options:
${store.map((flag) => flagRow(flag, width)).join('')}${commonRows(width)}
Example:
  loom recover --store ./data
`;
}

function commonRows(width: number): string {
  const row = rowOf(width);
  return (
    row(
      '-c, --config FILE_OR_DIR',
      'A YAML file with settings, or a directory of such files. May be repeated: later files win.',
    ) +
    row('-h, --help', 'Print this help.') +
    row('-v, --version', 'Print the version.')
  );
}

function flagRow({ name, letter, key = name, value }: CommandLineFlag, width: number): string {
  const description = SETTINGS.find((setting) => setting.key === key)?.option.description ?? '';
  return rowOf(width)(`${letter === undefined ? '   ' : `-${letter},`} --${name} ${value}`, description);
}

function rowOf(width: number): (name: string, description: string) => string {
  return (name, description) => helpRow(name, description, { names: NAMES, width });
}
