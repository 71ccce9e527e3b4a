import { nearest } from '../../words/nearest';
import { parseAddress } from '../arguments/address';
import type { Command } from '../arguments/command';
import type { OptionValue } from '../arguments/option-value';
import { UsageError } from '../arguments/usage-error';

/** A server with a name, and how its streams are used. */
export interface Profile {
  readonly name: string;
  readonly url?: string;
  /** Is sent only to the profile's server. */
  readonly token?: string;
  /** The values of options that the command line does not give. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const KEYS = ['url', 'token', 'defaults'];
/** What replaces or deletes is asked for each time. */
const NEVER_DEFAULT = ['force', 'help', 'profile', 'token', 'id'];

/** @param where the file @throws UsageError that does not quote the token */
export function parseProfile(name: string, value: unknown, where: string): Profile {
  const fail = (problem: string): never => {
    throw new UsageError(`the profile "${name}" in ${where} ${problem}`);
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(`must have ${KEYS.join(', ')}`);
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return fail(`has the key "${unknown}", but only ${KEYS.join(', ')} are known`);
  const { url, token, defaults = {} }: { url?: unknown; token?: unknown; defaults?: unknown } = value;
  if (url !== undefined && typeof url !== 'string') return fail('must have a text as its url');
  if (token !== undefined && typeof token !== 'string') return fail('must have a text as its token');
  if (token !== undefined && url === undefined)
    return fail('has a token, but no url to which it may be sent');
  if (typeof defaults !== 'object' || defaults === null || Array.isArray(defaults))
    return fail('must have options with their values as its defaults');
  if (url !== undefined) parseAddress(url, `the url of the profile "${name}"`);
  return {
    name,
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token }),
    defaults: { ...defaults },
  };
}

/** Adds the defaults of a profile for the options that a command has. @param known every option of any command @throws UsageError */
export function withDefaultsOf(
  { name, defaults }: Profile,
  given: Readonly<Record<string, OptionValue>>,
  { options, known }: { readonly options: Command['options']; readonly known: readonly string[] },
): Readonly<Record<string, OptionValue>> {
  const added: Record<string, OptionValue> = {};
  for (const [option, value] of Object.entries(defaults)) {
    assertMayBeDefault(option, { name, known });
    const definition = options[option];
    // The parser of the command line takes `--no-follow` as `follow: false`.
    const isNegated = option.startsWith('no-');
    const parsedName = isNegated ? option.slice('no-'.length) : option;
    if (definition === undefined || given[parsedName] !== undefined) continue;
    const converted = convert(value, definition);
    if (converted === undefined)
      throw new UsageError(
        `the default of --${option} in the profile "${name}" must be ${definition.value === undefined ? 'true or false' : 'a text or a number'}`,
      );
    added[parsedName] = isNegated ? !converted : converted;
  }
  return { ...added, ...given };
}

function assertMayBeDefault(
  option: string,
  { name, known }: { readonly name: string; readonly known: readonly string[] },
): void {
  if (NEVER_DEFAULT.includes(option))
    throw new UsageError(`--${option} cannot be a default of the profile "${name}"`);
  if (known.includes(option)) return;
  const meant = nearest(option, known);
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  throw new UsageError(`no verb has the option "${option}", a default of the profile "${name}"${hint}`);
}

function convert(
  value: unknown,
  { value: takes, isRepeatable }: Command['options'][string],
): OptionValue | undefined {
  if (takes === undefined) return typeof value === 'boolean' ? value : undefined;
  if (isRepeatable && Array.isArray(value)) return value.map(String);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return isRepeatable ? [String(value)] : String(value);
}
