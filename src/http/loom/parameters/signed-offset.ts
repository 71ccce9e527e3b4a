import { parameterInvalid, singleParameter } from '../../front/query';

/** `-0` could mean both ends. */
const OFFSET = /^(?:\d{1,16}|-[1-9]\d{0,15})$/;

/** Reads `offset`: a number of bytes, negative from the committed end. @throws RequestError `PARAMETER_INVALID` */
export function offsetParameter(query: URLSearchParams): number | undefined {
  const raw = singleParameter(query, 'offset');
  if (raw === undefined) return undefined;
  const offset = OFFSET.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(offset))
    throw parameterInvalid(
      'offset',
      raw,
      `must be one plain decimal number of bytes up to ${Number.MAX_SAFE_INTEGER}, or a negative one that counts from the end`,
    );
  return offset;
}
