import type { IncomingMessage } from 'node:http';
import { advance, type Offset } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import type { UploadHeaders } from '../headers/upload-headers';

/**
 * How many bytes a stream will have when it is complete: by this request or an earlier one (`known`), or by the end of its last body.
 * For example, `Upload-Offset: 3`, `Upload-Complete: ?1` and `Content-Length: 4` make it 7. @param from where the body begins
 * @returns `undefined` as long as the length is unknown @throws RequestError `LENGTH_MISMATCH` if these do not agree
 */
export function finalLengthOf(
  req: IncomingMessage,
  { length, complete }: UploadHeaders,
  from: Offset,
  known?: Offset,
): Offset | undefined {
  const header = req.headers['content-length'];
  const end = header === undefined ? undefined : advance(from, Number(header));
  const lengths = [known, length, complete === true ? end : undefined].filter((one) => one !== undefined);
  const [first] = lengths;
  if (first === undefined) return undefined;
  const other = lengths.find((one) => one !== first);
  if (other !== undefined) throw lengthMismatch(first, other);
  if (end !== undefined && end > first) throw lengthMismatch(first, end);
  return first;
}

/** @param length of the upload @param actual `undefined` if there are more bytes */
export function lengthMismatch(length: number | undefined, actual?: number): RequestError {
  const sentence =
    actual === undefined
      ? `The Upload-Length is ${length}, but the body goes on beyond that`
      : `The Upload-Length is ${length}, but this request makes the upload ${actual} bytes long`;
  return new RequestError('LENGTH_MISMATCH', sentence);
}
