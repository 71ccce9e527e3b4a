import type { OptionValue } from './option-value';
import { UsageError } from './usage-error';

/** The options of a command line, by name. */
export class Flags {
  readonly #values: ReadonlyMap<string, OptionValue>;

  constructor(values: Readonly<Record<string, OptionValue | undefined>>) {
    const given = Object.entries(values).filter(
      (entry): entry is [string, OptionValue] => entry[1] !== undefined,
    );
    this.#values = new Map(given);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** The values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values.get(name);
    return typeof value === 'object' ? value : [];
  }

  /** `true` for `--name`, `false` for `--no-name`. */
  choice(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** @throws UsageError */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const count = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
    throw new UsageError(`--${name} must be a whole number: "${text}"`);
  }
}
