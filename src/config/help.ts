import { FLAGS, type Flag } from './command-line';
import { toYaml } from './option';
import { SETTINGS } from './settings';

const COLUMN = 28;

/** The text of `--help`. */
export function helpText(): string {
  return `Usage: loom [options]
       loom recover [options]

Persistent, tailable log streams over HTTP.

Commands:
${line('recover', 'Bring back the streams of a file store whose loom.mdb is missing, damaged or older than they are.')}
${line('', 'Needs --store file:DIR, or the setting. Runs without the server, says what it did, and removes no stream.')}

Options:
${FLAGS.map(flagLine).join('\n')}
${line('-c, --config FILE_OR_DIR', 'Settings in YAML, or a directory of such files. May be repeated: later wins.')}
${line('-h, --help', 'Show this.')}
${line('    --version', 'Show the version.')}

Settings, each a key of a YAML file, and an environment variable: limits.streams is LOOM_LIMITS_STREAMS.
LOOM_TOKENS is a comma-separated list. LOOM_TOKENS_FILE and LOOM_STORE_FILE name a file that holds the value.
Later wins: defaults, --config in order, environment, options.

${SETTINGS.map(({ key, option }) => `${line(key, option.description)} [${toYaml(option.default)}]`).join('\n')}
`;
}

function flagLine({ name, letter, key = name, value }: Flag): string {
  const words = SETTINGS.find((setting) => setting.key === key)?.option.description ?? '';
  return line(`${letter === undefined ? '   ' : `-${letter},`} --${name} ${value}`, words);
}

function line(left: string, right: string): string {
  return `  ${left.padEnd(COLUMN)}  ${right}`;
}
