import { type CommandLineFlag, FLAGS } from './command-line';
import { toYaml } from './option';
import { SETTINGS } from './settings';

const COLUMN = 28;

export function helpText(): string {
  return `Usage: loom [options]
       loom recover [options]

Persistent, tailable log streams over HTTP.

Commands:
${line('recover', 'Restore the streams of a file store whose loom.mdb is missing, damaged or outdated.')}
${line('', 'Set the store with --store file:DIR. Stop the server before. Prints each step, and removes no stream.')}

Options:
${FLAGS.map(flagLine).join('\n')}
${line('-c, --config FILE_OR_DIR', 'A YAML file with settings, or a directory of such files. May be repeated: later files win.')}
${line('-h, --help', 'Print this help.')}
${line('    --version', 'Print the version.')}

Each setting is a key in a YAML file and an environment variable: limits.streams is LOOM_LIMITS_STREAMS.
LOOM_TOKENS is a comma-separated list. LOOM_TOKENS_FILE and LOOM_STORE_FILE name a file that holds the value.
Later sources win: defaults, --config files in order, environment variables, options.

${SETTINGS.map(({ key, option }) => `${line(key, option.description)} [${toYaml(option.default)}]`).join('\n')}
`;
}

function flagLine({ name, letter, key = name, value }: CommandLineFlag): string {
  const description = SETTINGS.find((setting) => setting.key === key)?.option.description ?? '';
  return line(`${letter === undefined ? '   ' : `-${letter},`} --${name} ${value}`, description);
}

function line(left: string, right: string): string {
  return `  ${left.padEnd(COLUMN)}  ${right}`;
}
