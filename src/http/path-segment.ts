import { RequestError } from './request-error';

/** Decodes one segment of a path as it stood in the request. @throws RequestError `BAD_REQUEST` for a malformed escape */
export function decodeSegment(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    // The only error that it throws: the escape is malformed or is not UTF-8.
    throw new RequestError('BAD_REQUEST', 'The stream ID in the URL has a malformed percent escape');
  }
}
