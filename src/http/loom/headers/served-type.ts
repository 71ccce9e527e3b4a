import type { LogInfo } from '../../../core/log/log';

/** What a consumer is told. The messages of a JSON stream lie one on a line, which is no JSON document but NDJSON. */
export function servedType({ contentType, framing }: LogInfo): string {
  return framing === 'json' ? 'application/x-ndjson' : contentType;
}
