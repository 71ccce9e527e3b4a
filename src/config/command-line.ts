import { parseArgs, types } from 'node:util';
import { type Layer, parseValue } from './layer';
import { SETTINGS } from './settings';
import { CommandLineError, ConfigError } from './startup-errors';

/** A parsed command line of `bin/loom`. */
export interface CommandLine {
  readonly command: 'help' | 'version' | 'start' | 'recover';
  /** The files and directories of `--config`, in order. */
  readonly configs: readonly string[];
  readonly flags: Layer;
}

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
  const { help, version, config, listen, ...given } = values;
  const verb = commandOf(positionals);
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
  return { command: help ? 'help' : version ? 'version' : verb, configs: config ?? [], flags };
}

function flagOf(key: string): string {
  return FLAGS.find((flag) => flag.key === key)?.name ?? key;
}

function commandOf([command, ...more]: readonly string[]): 'start' | 'recover' {
  const unexpected = command === 'recover' ? more[0] : command;
  if (unexpected !== undefined) throw new CommandLineError(`Unexpected argument '${unexpected}'`);
  return command === undefined ? 'start' : 'recover';
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        store: { type: 'string' },
        workers: { type: 'string' },
        listen: { type: 'string', multiple: true },
        config: { type: 'string', short: 'c', multiple: true },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    // Only the first sentence of Node's message: the others suggest syntax that this command does not have.
    const message = types.isNativeError(error) ? error.message : String(error);
    throw new CommandLineError(message.split(/\. |\.?\n/, 1)[0]);
  }
}

function asCommandLineError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ConfigError ? new CommandLineError(error.message) : error;
  }
}
