import { type LogId, parseLogId } from '../../../core/log/log-id';
import { decodeSegment } from '../../front/path-segment';

/** The id in a path. @param segment percent-encoded: the router hides a malformed escape @throws LogError `LOG_ID_INVALID` */
export function parseStreamId(segment = ''): LogId {
  return parseLogId(decodeSegment(segment));
}

/** An id as a legal header value: characters that are not printable ASCII are percent-encoded, and so are `%` and the space. */
export function headerId(id: LogId): string {
  return id.replaceAll(/[^\x21-\x24\x26-\x7e]+/g, encodeURIComponent);
}

/** The `Location` of a stream, for example `/stream/build%2F7`. */
export function locationOf(id: LogId): string {
  return `/stream/${encodeURIComponent(id)}`;
}

/**
 * The `Link` to the page of a stream. It is relative to the request, because no proxy that takes a prefix off the path rewrites it. For
 * example, `<../stream/build-7>; …` for a `POST /stream/build-7`.
 * @param path of the request
 */
export function pageLinkOf(id: LogId, path: string): string {
  const up = '../'.repeat(path.split('/').length - 2);
  return `<${up}stream/${encodeURIComponent(id)}>; rel="alternate"; type="text/html"`;
}
