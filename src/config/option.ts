/** What an option takes. */
export interface Check<T> {
  /** @throws Mismatch */
  parse(raw: unknown): T;
  /** What a YAML file would have given for this text of an environment variable or a flag. */
  fromText(text: string): unknown;
}

/** A value that its option does not take. */
export class Mismatch extends Error {
  /**
   * @param complaint goes on after the option's name: "must be …"
   * @param within where in the value, such as `[2].scopes`
   */
  constructor(
    readonly complaint: string,
    readonly within = '',
  ) {
    super(complaint);
  }
}

export interface Option<T> {
  readonly check: Check<T>;
  /** As a YAML file would hold it. */
  readonly default: Plain;
  /** One sentence for whoever sets it. */
  readonly words: string;
  /** Its value is never shown, and `<VARIABLE>_FILE` may name a file that holds it. */
  readonly secret: boolean;
}

export type Plain = string | number | boolean | readonly string[];

/** As YAML. Defaults need no quotes: a test reads them back. */
export function showPlain(value: Plain): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
}

export function option<T>(check: Check<T>, byDefault: Plain, words: string): Option<T> {
  return { check, default: byDefault, words, secret: false };
}

export function secret<T>(check: Check<T>, byDefault: Plain, words: string): Option<T> {
  return { check, default: byDefault, words, secret: true };
}
