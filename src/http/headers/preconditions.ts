import type { IncomingMessage } from 'node:http';
import type { LogId } from '../../core/log/log-id';
import { RequestError } from '../errors/request-error';

/** What the conditions of a request are compared with. */
export interface CurrentRepresentation extends Tagged {
  readonly id: LogId;
}

/** Content with an ETag. */
interface Tagged {
  /** A strong ETag. Absent: the answer to a GET has none, for example while the stream is open. */
  readonly etag?: string | undefined;
  /** That of the same content in other codings. A condition that names one of them means this content as well. */
  readonly codedEtags?: readonly string[] | undefined;
}

/** Whether `assertPreconditions` may fail. If not, the store need not be asked for the stream. */
export function isConditional({ headers }: IncomingMessage): boolean {
  return headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
}

/** Whether the request must fail if the stream exists: `If-None-Match: *`. */
export function requiresAbsence({ headers }: IncomingMessage): boolean {
  return headers['if-none-match']?.trim() === '*';
}

/**
 * Checks `If-Match`, and `If-None-Match` except of GET and HEAD (RFC 9110, 13.2.2, 1 to 4). Dates are ignored: no stream has one (13.1.4).
 * @param present `undefined` if there is no stream @throws RequestError `PRECONDITION_FAILED`
 */
export function assertPreconditions(
  { method, headers }: IncomingMessage,
  present: CurrentRepresentation | undefined,
): void {
  const { 'if-match': wanted, 'if-none-match': known } = headers;
  if (wanted !== undefined && !matches(wanted, present, 'strongly')) throw notAsWanted(present);
  const isRead = method === 'GET' || method === 'HEAD';
  if (known !== undefined && !isRead && matches(known, present, 'weakly')) {
    throw new RequestError(
      'PRECONDITION_FAILED',
      'If-None-Match fits the stream that is there: a new one needs another ID',
    );
  }
}

/** Whether a GET or HEAD is answered 304 (13.1.2). */
export function isNotModified({ headers }: IncomingMessage, present: Tagged): boolean {
  const known = headers['if-none-match'];
  return known !== undefined && matches(known, present, 'weakly');
}

/** A weak tag never compares strongly (8.8.3.2). */
function matches(header: string, present: Tagged | undefined, how: 'strongly' | 'weakly'): boolean {
  if (present === undefined) return false;
  if (header.trim() === '*') return true;
  const { etag, codedEtags = [] } = present;
  const tags = header
    .split(',')
    .map((tag) => (how === 'weakly' ? tag.trim().replace(/^W\//, '') : tag.trim()));
  return tags.some((tag) => tag === etag || codedEtags.includes(tag));
}

/** The sentence has no ETag: not every token that may delete a stream may read it. */
function notAsWanted(present: CurrentRepresentation | undefined): RequestError {
  if (present === undefined) {
    return new RequestError('PRECONDITION_FAILED', 'There is no stream that If-Match could fit');
  }
  const { id, etag } = present;
  const sentence =
    etag === undefined
      ? `There is no ETag that If-Match could name of the stream with ID ${id} now: only If-Match: * fits`
      : `The stream with ID ${id} does not have an ETag that If-Match names, which must be a strong one`;
  return new RequestError('PRECONDITION_FAILED', sentence);
}
