import type { Framing } from '../../core/log';

const DEFAULT = 'application/octet-stream';
const LENGTH_MAX = 256;

/** The `Content-Type` of a request; `undefined` when it has none that could be kept. */
export function givenContentType(header: string | undefined): string | undefined {
  const type = header?.trim() ?? '';
  const isKept = type.length <= LENGTH_MAX && /^[\w.+-]+\/[\w.+-]+/.test(type) && /^[\x20-\x7e]*$/.test(type);
  return isKept ? type : undefined;
}

export function keptContentType(header: string | undefined): string {
  return givenContentType(header) ?? DEFAULT;
}

/** What types are compared by: without parameters, in lower case (RFC 9110, 8.3.1). */
export function essence(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** JSON streams keep the boundaries of their messages (PROTOCOL.md, 9.1). */
export function framingOf(contentType: string): Framing | undefined {
  return essence(contentType) === 'application/json' ? 'json' : undefined;
}

/** Whether Server-Sent Events carry it as it is; all else goes as base64 (PROTOCOL.md, 5.8). */
export function isText(contentType: string): boolean {
  const type = essence(contentType);
  return type.startsWith('text/') || type === 'application/json';
}
