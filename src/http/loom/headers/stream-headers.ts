import type { Config } from '../../../config/config';
import type { JsonValue } from '../../../core/json/json';
import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import type { ResponseHeaders } from '../../headers/content-headers';
import { streamState } from '../../headers/stream-state';
import { renderMetadata } from './metadata-header';

/** The headers of every answer about a stream. A client that resumes at an offset sends the generation back, and the server compares it. */
export function streamHeaders(info: LogInfo, http: Pick<Config['http'], 'metadataHeader'>): ResponseHeaders {
  const state = { 'X-Stream-State': streamState(info), 'X-Stream-Generation': wireGeneration(info) };
  return info.metadata === undefined
    ? state
    : { ...state, ...metadataHeaders(info.metadata, http.metadataHeader) };
}

/** Proxies and clients limit the size of a head: nginx to 4 or 8 KiB by default, Node's `fetch` to 16 KiB. */
function metadataHeaders(metadata: JsonValue, bytesMax: number): ResponseHeaders {
  const rendered = renderMetadata(metadata);
  return rendered.length > bytesMax
    ? { 'X-Stream-Metadata-Bytes': String(rendered.length) }
    : { 'X-Stream-Metadata': rendered };
}

/** The `Content-Type` for consumers. A JSON stream has one message per line, which is NDJSON and not a JSON document. */
export function servedType({ contentType, framing }: LogInfo): string {
  return framing === 'json' ? 'application/x-ndjson' : contentType;
}
