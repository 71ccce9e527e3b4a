import { parameterInvalid, singleParameter } from '../../front/query';

interface CountBounds {
  readonly min: 0 | 1;
  /** Default: the largest number that counts single bytes. */
  readonly max?: number;
}

/** Reads a parameter that counts lines or bytes. @throws RequestError `PARAMETER_INVALID` */
export function countParameter(
  query: URLSearchParams,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: CountBounds,
): number | undefined {
  const raw = singleParameter(query, name);
  if (raw === undefined) return undefined;
  const count = /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < min || count > max)
    throw parameterInvalid(name, raw, `must be a plain decimal number, ${min} to ${max}`);
  return count;
}
