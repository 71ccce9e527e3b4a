import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { load, YAMLException } from 'js-yaml';
import { type Layer, layerOf } from './layer';
import { readText, unreadableFile } from './read-text';
import { ConfigError } from './startup-errors';

/** The most aliases in a file. Settings hardly need them, and a few nested ones can expand to gigabytes. */
const ALIASES_MAX = 20;

/** Reads the settings of a file, or of a directory's `*.yaml` and `*.yml` files, sorted by name. @throws ConfigError */
export function readYamlFiles(path: string): readonly Layer[] {
  return filesAt(path).map((file) => layerOf(readYaml(file), file));
}

/** Reads a file of YAML. @returns `undefined` for a file of comments only @throws ConfigError */
export function readYaml(file: string): unknown {
  return parseYaml(readText(file, file), file);
}

function filesAt(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

function parseYaml(text: string, where: string): unknown {
  if (!/^(?!\s*(#|$))/m.test(text)) return undefined;
  try {
    return load(text, { maxAliases: ALIASES_MAX });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The error's message is not used: it quotes lines of the file, which may hold a token.
    const line = error.mark === undefined ? '' : ` (line ${error.mark.line + 1})`;
    throw new ConfigError(`${where}: is not valid YAML: ${error.reason}${line}`);
  }
}
