import { LogError } from '../../core/log/errors';

/** Decodes a segment of a path. @param what names it in the error @throws LogError `LOG_ID_INVALID` for a malformed escape */
export function decodeSegment(raw: string, what = 'stream ID'): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    // An escape is malformed or is not UTF-8.
    throw new LogError('LOG_ID_INVALID', `The ${what} in the URL has a malformed percent escape`);
  }
}
