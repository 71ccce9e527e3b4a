import type { IncomingMessage } from 'node:http';
import { advance, type Offset } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import type { UploadHeaders } from '../headers/upload-headers';

/**
 * How many bytes a stream will have when it is complete: as this request or an earlier one says, or where its last body ends.
 * For example, `Upload-Offset: 3`, `Upload-Complete: ?1` and `Content-Length: 4` make it 7.
 *
 * @param from where the body's first byte belongs
 * @param known what an earlier request said
 * @returns `undefined` as long as no request has said it
 * @throws RequestError `LENGTH_MISMATCH` when these do not agree
 */
export function finalLengthOf(
  req: IncomingMessage,
  { length, complete }: UploadHeaders,
  from: Offset,
  known?: Offset,
): Offset | undefined {
  const header = req.headers['content-length'];
  const end = header === undefined ? undefined : advance(from, Number(header));
  const said = [known, length, complete === true ? end : undefined].filter((one) => one !== undefined);
  const [first] = said;
  if (first === undefined) return undefined;
  const other = said.find((one) => one !== first);
  if (other !== undefined) throw lengthMismatch(first, other);
  if (end !== undefined && end > first) throw lengthMismatch(first, end);
  return first;
}

/**
 * @param length what it should have been
 * @param actual what it is; absent: more
 */
export function lengthMismatch(length: number | undefined, actual?: number): RequestError {
  const sentence =
    actual === undefined
      ? `The Upload-Length is ${length}, but the body goes on beyond that`
      : `The Upload-Length is ${length}, but this request makes the upload ${actual} bytes long`;
  return new RequestError('LENGTH_MISMATCH', sentence);
}
