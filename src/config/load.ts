import { join } from 'node:path';
import type { CommandLine } from './command-line';
import type { Config } from './config';
import { assertConsistent } from './consistency';
import { type Environment, readEnvironment } from './environment';
import type { Layer } from './layer';
import { isSetting, SETTINGS, TABLE, type Table } from './settings';
import { automaticWorkers } from './worker-count';
import { readYamlFiles } from './yaml-files';

const DEFAULT_FILE = join(__dirname, '..', '..', 'config', 'default.yaml');

/** Whether several processes can use the store with this URL. */
type IsShared = (storeUrl: string) => boolean;

/**
 * Loads all settings. Later sources win: `config/default.yaml`, the files of the command line in order, the environment, the flags.
 * Maps merge; a list replaces the earlier list.
 * @throws ConfigError
 */
export function loadConfig(
  { configs, flags }: CommandLine,
  environment: Environment,
  isShared: IsShared,
): Config {
  const files = [DEFAULT_FILE, ...configs].flatMap(readYamlFiles);
  return configOf([...files, readEnvironment(environment), flags], isShared);
}

/** @param layers override the defaults, in order @throws ConfigError */
export function configOf(layers: readonly Layer[], isShared: IsShared): Config {
  const values = new Map<string, unknown>();
  for (const { key, option } of SETTINGS) values.set(key, option.check.parse(option.default));
  for (const layer of layers) for (const [key, value] of layer) values.set(key, value);
  const canShare = isShared(String(values.get('store')));
  if (values.get('workers') === 'auto') values.set('workers', automaticWorkers(canShare));
  const config = assemble(TABLE, values) as Config;
  assertConsistent(config, canShare);
  return config;
}

/** Builds the object of `table`. As a `Config` it has the right type: the type derives from the same table, and each value was checked. */
function assemble(table: Table, values: Layer): object {
  const entries = [...table].map(([name, entry]) => {
    return [name, isSetting(entry) ? deepFreeze(values.get(entry.key)) : assemble(entry, values)] as const;
  });
  return Object.freeze(Object.fromEntries(entries));
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
