import type { Option } from './option';
import { OPTIONS } from './options';

/** One option of the table, with its names. */
export interface Setting {
  /** The key in a YAML file, such as `limits.streams`. */
  readonly key: string;
  readonly path: readonly string[];
  /** The environment variable, such as `LOOM_LIMITS_STREAMS`. */
  readonly variable: string;
  readonly option: Option<unknown>;
}

/** A level of the table of options: settings and groups of settings, by name. */
export type Table = ReadonlyMap<string, Setting | Table>;

export const TABLE: Table = tableOf(OPTIONS, []);

export const SETTINGS: readonly Setting[] = [...settingsOf(TABLE)];

export function isSetting(entry: Setting | Table): entry is Setting {
  return 'option' in entry;
}

function tableOf(options: object, above: readonly string[]): Table {
  // In a Map, keys such as `constructor` and `__proto__` are as unknown as others.
  const table = new Map<string, Setting | Table>();
  for (const [name, entry] of Object.entries(options)) {
    const path = [...above, name];
    table.set(name, isOption(entry) ? setting(path, entry) : tableOf(entry, path));
  }
  return table;
}

function setting(path: readonly string[], option: Option<unknown>): Setting {
  const words = path.map((name) => name.replace(/[A-Z]/g, '_$&').toUpperCase());
  return { key: path.join('.'), path, variable: ['LOOM', ...words].join('_'), option };
}

function isOption(entry: object): entry is Option<unknown> {
  return 'check' in entry;
}

function* settingsOf(table: Table): Generator<Setting> {
  for (const entry of table.values()) {
    if (isSetting(entry)) yield entry;
    else yield* settingsOf(entry);
  }
}
