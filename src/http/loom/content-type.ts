import type { LogInfo } from '../../core/log';

const DEFAULT = 'application/octet-stream';
/** curl sends it with every `--data-binary`, whatever the data is. */
const CURL_DEFAULT = 'application/x-www-form-urlencoded';
const BYTES_MAX = 256;

/** The type to keep for a stream, from the request that makes it. */
export function keptContentType(header: string | undefined): string {
  const type = header?.trim() ?? '';
  if (type === '' || type.length > BYTES_MAX || !/^[\x20-\x7e]*$/.test(type)) return DEFAULT;
  const essence = type.split(';', 1)[0] ?? '';
  return essence.trim().toLowerCase() === CURL_DEFAULT ? DEFAULT : type;
}

/** What a consumer is told. The messages of a JSON stream lie one on a line, which is no JSON document but NDJSON. */
export function servedType({ contentType, framing }: LogInfo): string {
  return framing === 'json' ? 'application/x-ndjson' : contentType;
}
