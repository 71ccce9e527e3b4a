import type { Framing } from '../../../core/log/log';
import { essence } from '../../headers/stored-content-type';

/** JSON streams keep the boundaries of their messages (PROTOCOL.md, 9.1). */
export function framingOf(contentType: string): Framing | undefined {
  return essence(contentType) === 'application/json' ? 'json' : undefined;
}

/** Whether Server-Sent Events carry it as it is; all else goes as base64 (PROTOCOL.md, 5.8). */
export function isText(contentType: string): boolean {
  const type = essence(contentType);
  return type.startsWith('text/') || type === 'application/json';
}
