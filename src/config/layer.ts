import { InvalidValue } from './option';
import { isSetting, type Setting, TABLE, type Table } from './settings';
import { ConfigError } from './startup-errors';

/** The parsed values of one source of settings, by key. Later layers override earlier ones. */
export type Layer = ReadonlyMap<string, unknown>;

/** Parses the settings of a YAML file. Keys without a value are ignored. @param where the source's name in errors @throws ConfigError */
export function layerOf(settings: unknown, where: string): Layer {
  const layer = new Map<string, unknown>();
  readGroup(settings, TABLE, { layer, where, above: '' });
  return layer;
}

/** Where a group of settings was read. */
interface Place {
  readonly layer: Map<string, unknown>;
  readonly where: string;
  /** The keys above the group, each followed by a dot. */
  readonly above: string;
}

function readGroup(raw: unknown, table: Table, place: Place): void {
  if (raw === undefined || raw === null) return;
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    const what = place.above === '' ? 'it' : place.above.slice(0, -1);
    throw new ConfigError(
      `${place.where}: ${what} must be a map of settings: ${[...table.keys()].join(', ')}`,
    );
  }
  for (const [name, value] of Object.entries(raw)) {
    const entry = table.get(name);
    if (entry === undefined) throw unknownKey(name, table, place);
    if (!isSetting(entry)) readGroup(value, entry, { ...place, above: `${place.above}${name}.` });
    else if (value !== undefined && value !== null)
      place.layer.set(entry.key, parseValue(entry, value, place.where));
  }
}

function unknownKey(name: string, table: Table, { where, above }: Place): ConfigError {
  const key = JSON.stringify(above + name);
  const scope = above === '' ? 'allowed are' : `${above.slice(0, -1)} takes`;
  return new ConfigError(`${where}: unknown key ${key}; ${scope} ${[...table.keys()].join(', ')}`);
}

/** @throws ConfigError that names the source, the key and the allowed values. It quotes the value unless it is secret. */
export function parseValue({ key, option }: Setting, raw: unknown, where: string): unknown {
  try {
    return option.check.parse(raw);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const not = option.secret ? '' : `, not ${quoted(partAt(raw, error.path))}`;
    throw new ConfigError(`${where}: ${key}${error.path} ${error.problem}${not}`);
  }
}

/** The part that is wrong. @param path as in `[2].serve` */
function partAt(raw: unknown, path: string): unknown {
  const names = [...path.matchAll(/[^[\].]+/g)].map(([name]) => name);
  return names.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : value),
    raw,
  );
}

const QUOTED_MAX = 60;

function quoted(raw: unknown): string {
  if (typeof raw === 'object') return Array.isArray(raw) ? 'a list' : 'a map';
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
}
