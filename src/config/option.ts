/** What an option takes. */
export interface Check<T> {
  /** @throws Mismatch */
  parse(raw: unknown): T;
  /** What a YAML file would have given for this text of an environment variable or a flag. */
  fromText(text: string): unknown;
}

/** A value that its option does not take. */
export class InvalidValue extends Error {
  /**
   * @param problem goes on after the option's name: "must be …"
   * @param path where in the value, such as `[2].scopes`
   */
  constructor(
    readonly problem: string,
    readonly path = '',
  ) {
    super(problem);
  }
}

export interface Option<T> {
  readonly check: Check<T>;
  /** As a YAML file would hold it. */
  readonly default: PlainValue;
  /** One sentence for whoever sets it. */
  readonly description: string;
  /** Its value is never shown, and `<VARIABLE>_FILE` may name a file that holds it. */
  readonly secret: boolean;
}

type PlainValue = string | number | boolean | readonly string[];

/** As YAML. Defaults need no quotes: a test reads them back. */
export function toYaml(value: PlainValue): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
}

export function option<T>(check: Check<T>, byDefault: PlainValue, description: string): Option<T> {
  return { check, default: byDefault, description, secret: false };
}

export function secret<T>(check: Check<T>, byDefault: PlainValue, description: string): Option<T> {
  return { check, default: byDefault, description, secret: true };
}
