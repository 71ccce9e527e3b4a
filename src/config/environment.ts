import { type Layer, parseValue } from './layer';
import { readText } from './read-text';
import { isServiceLink } from './service-link';
import { SETTINGS, type Setting } from './settings';
import { ConfigError } from './startup-errors';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `LOOM_…` variables. Empty ones are ignored, because `VARIABLE=${UNSET}` in a compose file is empty, and so are unknown ones:
 * Kubernetes and `bin/stream` have their own. @throws ConfigError
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
  const given = environment[variable];
  const text = given !== undefined && isServiceLink(variable, given) ? undefined : given;
  const fileVariable = `${variable}_FILE`;
  const file = option.secret ? environment[fileVariable] : undefined;
  if (!file) return text ? { text, where: variable } : undefined;
  if (text) throw new ConfigError(`${variable} and ${fileVariable} are both set: set only one`);
  const where = `${fileVariable} (${file})`;
  return { text: readText(file, where).trim(), where };
}
