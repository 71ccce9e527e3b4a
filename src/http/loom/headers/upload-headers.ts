import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../../../config/config';
import type { LogInfo } from '../../../core/log/log';
import { type Offset, parseOffset } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import type { ResponseHeaders } from '../../headers/content-headers';
import { bareItem } from '../../headers/structured-item';

/** The type of a PATCH that appends (draft-ietf-httpbis-resumable-upload). */
export const PARTIAL_UPLOAD = 'application/partial-upload';

/** The header names of IETF "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload). */
export interface UploadHeaders {
  readonly offset?: Offset;
  /** How many bytes the stream will have when it is complete. */
  readonly length?: Offset;
  /** Whether the end of the body is the end of the stream. */
  readonly complete?: boolean;
  /** The version of the draft that the client implements. */
  readonly interop?: number;
  /** The request has an `Upload-*` header: its producer can resume, and gets the longer grace. */
  readonly resumable: boolean;
}

/** @throws RequestError `HEADER_INVALID` naming the header and what it may be */
export function parseUploadHeaders(headers: IncomingHttpHeaders): UploadHeaders {
  const offset = parseCount('Upload-Offset', headers['upload-offset']);
  const length = parseCount('Upload-Length', headers['upload-length']);
  const complete =
    parseBoolean('Upload-Complete', headers['upload-complete']) ??
    negated(parseBoolean('Upload-Incomplete', headers['upload-incomplete']));
  const interop = parseInterop(headers['upload-draft-interop-version']);
  return {
    ...(offset !== undefined && { offset }),
    ...(length !== undefined && { length }),
    ...(complete !== undefined && { complete }),
    ...(interop !== undefined && { interop }),
    resumable: Object.keys(headers).some((name) => name.startsWith('upload-')),
  };
}

function parseCount(name: string, header: string | string[] | undefined): Offset | undefined {
  if (header === undefined) return undefined;
  const count = parseOffset(bareItem(String(header)));
  if (count === undefined)
    throw new RequestError('HEADER_INVALID', `${name} must be a plain decimal number of bytes`);
  return count;
}

function parseBoolean(name: string, header: string | string[] | undefined): boolean | undefined {
  if (header === undefined) return undefined;
  const value = bareItem(String(header));
  if (value !== '?0' && value !== '?1') throw new RequestError('HEADER_INVALID', `${name} must be ?0 or ?1`);
  return value === '?1';
}

/** The drafts before -03 have `Upload-Incomplete`. */
function negated(isIncomplete: boolean | undefined): boolean | undefined {
  return isIncomplete === undefined ? undefined : !isIncomplete;
}

/** A client of an unknown version works without resumption (draft, section "Draft Version Identification"). */
function parseInterop(header: string | string[] | undefined): number | undefined {
  const value = bareItem(String(header ?? ''));
  return /^\d{1,4}$/.test(value) ? Number(value) : undefined;
}

/** How far an upload has come. */
export function uploadProgress(info: LogInfo): { 'Upload-Offset': string; 'Upload-Complete': string } {
  return {
    'Upload-Offset': String(info.tail),
    'Upload-Complete': info.outcome?.kind === 'complete' ? '?1' : '?0',
  };
}

/** `Upload-Length`, once it is known. */
export function uploadLength({ outcome, tail, finalLength }: LogInfo): ResponseHeaders {
  const length = outcome?.kind === 'complete' ? tail : finalLength;
  return length === undefined ? {} : { 'Upload-Length': String(length) };
}

/** The limits of uploads, for clients that can resume. */
export function uploadLimit({ limits }: Pick<Config, 'limits'>): ResponseHeaders {
  return { 'Upload-Limit': `max-size=${limits.bytesPerStream}` };
}
