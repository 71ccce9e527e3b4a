import type { JsonValue } from '../../../core/json/json';
import { JSON_DEPTH_MAX, scanJson } from '../../../core/json/json-scanner';
import { RequestError } from '../../errors/request-error';

/** Reads `X-Stream-Metadata`: any JSON value, in `bytesMax` bytes. @throws RequestError `METADATA_INVALID`, `METADATA_TOO_LARGE` */
export function parseMetadataHeader(
  header: string | string[] | undefined,
  bytesMax: number,
): JsonValue | undefined {
  if (header === undefined) return undefined;
  if (Array.isArray(header))
    throw new RequestError('METADATA_INVALID', 'X-Stream-Metadata is given more than once');
  assertSize(header.length, bytesMax);
  return parseJson(fromHeaderBytes(header));
}

function parseJson(text: string): JsonValue {
  switch (scanJson(text)) {
    case 'malformed':
      throw new RequestError('METADATA_INVALID', 'X-Stream-Metadata is not JSON');
    case 'too deep':
      throw new RequestError(
        'METADATA_INVALID',
        `X-Stream-Metadata is nested more than ${JSON_DEPTH_MAX} levels deep`,
      );
    default:
      return JSON.parse(text);
  }
}

/** Renders metadata as a legal header: every character above U+007E is escaped. */
export function renderMetadata(metadata: JsonValue): string {
  return JSON.stringify(metadata).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Merged metadata has the same limit as that of one request. */
export function assertMetadataFits(metadata: JsonValue, bytesMax: number): void {
  assertSize(Buffer.byteLength(JSON.stringify(metadata)), bytesMax);
}

function assertSize(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax) {
    throw new RequestError(
      'METADATA_TOO_LARGE',
      `X-Stream-Metadata has ${bytes} bytes; at most ${bytesMax} are allowed`,
    );
  }
}

/** Node gives a header's bytes as Latin-1. They are UTF-8 if they can be: that is what clients send. */
function fromHeaderBytes(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // It is Latin-1.
    return header;
  }
}
