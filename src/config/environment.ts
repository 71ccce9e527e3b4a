import { type Layer, parseValue } from './layer';
import { readText } from './read-text';
import { SETTINGS, type Setting } from './settings';
import { ConfigError } from './startup-errors';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of `LOOM_…` variables. An empty one counts as not set, as `VARIABLE=${UNSET}` in a compose file makes it. Variables that
 * belong to no setting are left alone: Kubernetes and the command line `stream` have theirs.
 * @throws ConfigError
 */
export function readEnvironment(environment: Environment): Layer {
  const layer = new Map<string, unknown>();
  for (const setting of SETTINGS) {
    const found = textOf(setting, environment);
    if (found === undefined) continue;
    layer.set(setting.key, parseValue(setting, setting.option.check.fromText(found.text), found.where));
  }
  return layer;
}

function textOf(
  { variable, option }: Setting,
  environment: Environment,
): { text: string; where: string } | undefined {
  const text = environment[variable];
  const fileVariable = `${variable}_FILE`;
  const file = option.secret ? environment[fileVariable] : undefined;
  if (!file) return text ? { text, where: variable } : undefined;
  if (text) throw new ConfigError(`${variable} and ${fileVariable} are both set; only one may be`);
  const where = `${fileVariable} (${file})`;
  return { text: readText(file, where).trim(), where };
}
