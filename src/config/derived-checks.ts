import { type Check, InvalidValue } from './option';

/** Accepts what `check` accepts, or `word`, which is `value`. */
export function orWord<T, const V>(
  check: Check<T>,
  word: string,
  value: V,
  isWord = (raw: unknown): boolean => raw === word,
): Check<T | V> {
  return {
    parse(raw) {
      if (isWord(raw)) return value;
      try {
        return check.parse(raw);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new InvalidValue(`${error.problem}, or ${word}`, error.path);
      }
    },
    fromText: (text) => check.fromText(text),
  };
}

/** Accepts a list, and text with commas between the items. @param parseItem gets the place of an item, such as `[2]` */
export function listOf<T>(
  problem: string,
  parseItem: (raw: unknown, path: string) => T,
): Check<readonly T[]> {
  return {
    parse(raw) {
      if (!Array.isArray(raw)) throw new InvalidValue(problem);
      return raw.map((item: unknown, index) => parseItem(item, `[${index}]`));
    },
    fromText: (text) => text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()])),
  };
}

/** Accepts a list of what `check` accepts, and text with one per line. @param max how many there may be */
export function linesOf<T>(check: Check<T>, what: string, max: number): Check<readonly T[]> {
  const problem = `must be a list of at most ${max} ${what}`;
  const list = listOf(problem, (raw, path) => {
    try {
      return check.parse(raw);
    } catch (error) {
      throw error instanceof InvalidValue ? new InvalidValue(error.problem, path) : error;
    }
  });
  return {
    parse(raw) {
      const items = list.parse(raw);
      if (items.length > max) throw new InvalidValue(problem);
      return items;
    },
    fromText: (text) => text.split('\n').filter((line) => line !== ''),
  };
}

/** The members of a map, all of whose keys are in `keys`. @param otherwise what the value may be instead @throws InvalidValue */
export function fieldsOf(
  raw: unknown,
  keys: readonly string[],
  path: string,
  otherwise = '',
): ReadonlyMap<string, unknown> {
  const allowed = keys.join(', ');
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new InvalidValue(`must be ${otherwise}a map of ${allowed}`, path);
  const fields = new Map<string, unknown>(Object.entries(raw));
  for (const key of fields.keys()) {
    if (!keys.includes(key))
      throw new InvalidValue(`has the unknown key ${JSON.stringify(key)}; allowed are ${allowed}`, path);
  }
  return fields;
}
