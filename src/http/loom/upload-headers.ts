import type { IncomingHttpHeaders } from 'node:http';
import { type Offset, parseOffset } from '../../core/offset';
import { RequestError } from '../request-error';

/** The header names of IETF "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload). */
export interface UploadHeaders {
  readonly offset?: Offset;
  /** Whether the end of the body is the end of the stream. */
  readonly complete?: boolean;
  /** The producer showed by any `Upload-*` header that it can resume, and is given the longer grace. */
  readonly resumable: boolean;
}

/** @throws RequestError `HEADER_INVALID` naming the header and what it may be */
export function parseUploadHeaders(headers: IncomingHttpHeaders): UploadHeaders {
  const offset = parseUploadOffset(headers['upload-offset']);
  const complete = parseUploadComplete(headers['upload-complete']);
  return {
    ...(offset !== undefined && { offset }),
    ...(complete !== undefined && { complete }),
    resumable: Object.keys(headers).some((name) => name.startsWith('upload-')),
  };
}

function parseUploadOffset(header: string | string[] | undefined): Offset | undefined {
  if (header === undefined) return undefined;
  const offset = parseOffset(String(header).trim());
  if (offset === undefined)
    throw new RequestError('HEADER_INVALID', 'Upload-Offset must be a plain decimal number of bytes');
  return offset;
}

function parseUploadComplete(header: string | string[] | undefined): boolean | undefined {
  if (header === undefined) return undefined;
  const value = String(header).trim();
  if (value !== '?0' && value !== '?1')
    throw new RequestError('HEADER_INVALID', 'Upload-Complete must be ?0 or ?1');
  return value === '?1';
}

export function uploadComplete(isComplete: boolean): string {
  return isComplete ? '?1' : '?0';
}
