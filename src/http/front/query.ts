import { RequestError } from '../errors/request-error';

/** A parameter of a query, `undefined` if it is not given. @throws RequestError `PARAMETER_INVALID` if it is given more than once */
export function singleParameter(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw new RequestError('PARAMETER_INVALID', `${name} is given more than once`);
  return value;
}
