import type { LogId } from '../../../core/log/log-id';
import { essence } from '../../headers/stored-content-type';

/** File systems take names of 255 bytes; a browser may add a number. */
const BYTES_MAX = 200;
const EXTENSION = /\.[a-z][a-z0-9]{0,9}$/i;
/** Separators of paths, what Windows has no names with, controls, and characters that change the direction of a name that is shown. */
const UNSAFE = /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** Names of devices on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
/** What needs no escape in RFC 8187, 3.2.1, and `encodeURIComponent` leaves. */
const NOT_ATTR_CHAR = /['()*]/g;

/** The `Content-Disposition` of a stream that is saved as a file, under a name made of its id (RFC 6266). */
export function attachment(id: LogId, contentType: string): string {
  const name = fileName(id, contentType);
  const plain = name.replaceAll(/[^\x20-\x7e]+|%/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(NOT_ATTR_CHAR, escapeCharacter);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function fileName(id: LogId, contentType: string): string {
  const safe = id
    .replaceAll(UNSAFE, '_')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '')
    .replace(DEVICE, '_$&');
  const own = EXTENSION.exec(safe)?.[0];
  const extension = own ?? (essence(contentType).startsWith('text/') ? '.txt' : '.log');
  const stem = own === undefined ? safe : safe.slice(0, -own.length);
  return cutToBytes(stem || 'stream', BYTES_MAX - extension.length) + extension;
}

/** Without a part of a character at the end. */
function cutToBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
