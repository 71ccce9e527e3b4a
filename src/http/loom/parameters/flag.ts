import { parameterInvalid, singleParameter } from '../../front/query';

const ON: readonly string[] = ['', 'true', '1'];
const OFF: readonly string[] = ['false', '0'];

/** Reads a parameter that is on or off, such as `?download`. @throws RequestError `PARAMETER_INVALID` */
export function flagParameter(query: URLSearchParams, name: string): boolean {
  const raw = singleParameter(query, name);
  if (raw === undefined || OFF.includes(raw)) return false;
  if (!ON.includes(raw)) throw parameterInvalid(name, raw, 'takes no value, or true or false');
  return true;
}
