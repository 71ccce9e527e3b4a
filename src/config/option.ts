/** Parses and checks the values of an option. */
export interface Check<T> {
  /** @throws InvalidValue */
  parse(raw: unknown): T;
  /** Converts the text of an environment variable or a flag to the value that a YAML file would hold. */
  fromText(text: string): unknown;
}

/** A value that its option does not accept. */
export class InvalidValue extends Error {
  /**
   * @param problem the rest of a sentence that begins with the option's name, such as "must be true or false"
   * @param path the place in the value, such as `[2].scopes`
   */
  constructor(
    readonly problem: string,
    readonly path = '',
  ) {
    super(problem);
  }
}

/** One setting in the table of options. */
export interface Option<T> {
  readonly check: Check<T>;
  /** The value that a YAML file would hold. */
  readonly default: PlainValue;
  /** What the setting does, as help, docs and `config/default.yaml` show it. */
  readonly description: string;
  /** Errors never quote the value, and `<VARIABLE>_FILE` may name a file that holds it. */
  readonly secret: boolean;
}

type PlainValue = string | number | boolean | readonly string[];

/** Renders a default as YAML. Only regular expressions need quotes: a test parses them. */
export function toYaml(value: PlainValue): string {
  return typeof value === 'object' ? `[${value.map(itemToYaml).join(', ')}]` : String(value);
}

function itemToYaml(item: string): string {
  return /^[\w./:*-]+$/.test(item) ? item : `'${item.replaceAll("'", "''")}'`;
}

export function option<T>(check: Check<T>, defaultValue: PlainValue, description: string): Option<T> {
  return { check, default: defaultValue, description, secret: false };
}

export function secret<T>(check: Check<T>, defaultValue: PlainValue, description: string): Option<T> {
  return { check, default: defaultValue, description, secret: true };
}
