import { LogError } from '../../core/log/errors';

/**
 * Decodes one segment of a path as it stood in the request.
 * @param what it is, for the error
 * @throws LogError `LOG_ID_INVALID` for a malformed escape
 */
export function decodeSegment(raw: string, what = 'stream ID'): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    // The only error that it throws: the escape is malformed or is not UTF-8.
    throw new LogError('LOG_ID_INVALID', `The ${what} in the URL has a malformed percent escape`);
  }
}
