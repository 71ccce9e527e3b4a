import { RequestError } from '../errors/request-error';

const QUOTED_MAX = 100;

/** The token of a request that cannot have headers. Every path takes it. */
const TOKEN = 'access_token';

/** A parameter of a query, `undefined` if it is not given. @throws RequestError `PARAMETER_INVALID` if it is given more than once */
export function singleParameter(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw new RequestError('PARAMETER_INVALID', `${name} is given more than once`);
  return value;
}

/**
 * A parameter that is misspelt would be ignored, and the answer would be another one than was asked for. For example, `?line=5&line_s=3`
 * would be the rest of the stream. Names that begin with `_` are free for clients, such as those that keep an answer out of a cache.
 *
 * @param allowed the names that this path takes
 * @throws RequestError `PARAMETER_INVALID`
 */
export function assertKnownParameters(query: URLSearchParams, allowed: readonly string[]): void {
  for (const name of query.keys()) {
    if (allowed.includes(name) || name === TOKEN || name.startsWith('_')) continue;
    const choice = allowed.length === 0 ? 'there are none here' : `allowed here: ${allowed.join(', ')}`;
    throw new RequestError('PARAMETER_INVALID', `There is no parameter ${quotedValue(name)} (${choice})`);
  }
}

/** @param allowed what the parameter may be, as the end of a sentence that begins with its name, for example `must be 1 to 10` */
export function parameterInvalid(name: string, value: string, allowed: string): RequestError {
  return new RequestError('PARAMETER_INVALID', `${name} ${allowed}, not ${quotedValue(value)}`);
}

function quotedValue(value: string): string {
  return JSON.stringify(value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}…` : value);
}
