import { parameterInvalid, singleParameter } from '../../front/query';

/** Reads a parameter that counts lines or bytes. @throws RequestError `PARAMETER_INVALID` */
export function countParameter(
  query: URLSearchParams,
  name: string,
  { min }: { readonly min: 0 | 1 },
): number | undefined {
  const raw = singleParameter(query, name);
  if (raw === undefined) return undefined;
  const count = /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < min)
    throw parameterInvalid(name, raw, `must be a plain decimal number, ${min} to ${Number.MAX_SAFE_INTEGER}`);
  return count;
}
