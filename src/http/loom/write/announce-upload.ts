import type { ServerResponse } from 'node:http';
import type { ResponseHeaders } from '../../headers/content-headers';

/** The versions of draft-ietf-httpbis-resumable-upload whose headers have the same meaning as here: 5 is draft-03, 6 is draft-05. */
const INTEROP_MIN = 5;
const INTEROP_MAX = 8;

/** Before this version a PATCH had no media type of its own. */
const INTEROP_WITH_MEDIA_TYPE = 6;

/** Whether the client waits for `104 Upload Resumption Supported` before the final response. */
export function asksForResumption(interop: number | undefined): interop is number {
  return interop !== undefined && interop >= INTEROP_MIN && interop <= INTEROP_MAX;
}

export function patchesWithoutType(interop: number | undefined): boolean {
  return interop !== undefined && interop < INTEROP_WITH_MEDIA_TYPE;
}

/**
 * The client learns where to resume while its body still arrives: if the connection breaks, it does not begin again. Node 20 has no
 * function for it. It is optional, and not sent on HTTP/1.0 or before responses to earlier requests have ended.
 */
export function announceUpload(res: ServerResponse, interop: number, headers: ResponseHeaders): void {
  if (res.socket === null || res.headersSent || res.req.httpVersionMinor === 0) return;
  const fields = Object.entries({ 'Upload-Draft-Interop-Version': String(interop), ...headers });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  res.socket.write(`HTTP/1.1 104 Upload Resumption Supported\r\n${lines}\r\n`);
}
