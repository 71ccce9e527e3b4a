import type { LogId } from '../../../core/log/log-id';

/** An id as a legal header value: characters that are not printable ASCII are percent-encoded, and so are `%` and the space. */
export function headerId(id: LogId): string {
  return id.replaceAll(/[^\x21-\x24\x26-\x7e]+/g, encodeURIComponent);
}

/** The `Location` of a stream, for example `/stream/build%2F7`. */
export function locationOf(id: LogId): string {
  return `/stream/${encodeURIComponent(id)}`;
}
