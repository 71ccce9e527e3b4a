import { type ServerResponse, STATUS_CODES } from 'node:http';

/** Those that `http.STATUS_CODES` does not have. */
const REASONS: Readonly<Record<number, string>> = { 104: 'Upload Resumption Supported' };

/** Sends an interim response (1xx), for which Node 20 has no function, unless on HTTP/1.0 or behind responses that have not ended. */
export function sendInterim(
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  if (res.socket === null || res.headersSent || res.req.httpVersionMinor === 0) return;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  res.socket.write(`HTTP/1.1 ${status} ${REASONS[status] ?? STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
}
