import type { CommandLine } from '../../src/config/command-line';
import type { Config } from '../../src/config/config';
import type { Environment } from '../../src/config/environment';
import { layerOf } from '../../src/config/layer';
import { configOf, loadConfig as load } from '../../src/config/load';
import { isShared } from '../../src/storage/drivers';

/** @param settings as a YAML file holds them @throws ConfigError */
export function configFrom(settings: object): Config {
  return configOf([layerOf(settings, 'settings')], isShared);
}

export function loadConfig(commandLine: CommandLine, environment: Environment): Config {
  return load(commandLine, environment, isShared);
}
