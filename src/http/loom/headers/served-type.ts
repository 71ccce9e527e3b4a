import type { LogInfo } from '../../../core/log/log';

/** The `Content-Type` for consumers. A JSON stream has one message per line, which is NDJSON and not a JSON document. */
export function servedType({ contentType, framing }: LogInfo): string {
  return framing === 'json' ? 'application/x-ndjson' : contentType;
}
