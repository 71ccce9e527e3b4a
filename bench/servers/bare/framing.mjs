export const HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n',
);
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
export const CRLF = Buffer.from('\r\n');

/** The buffers as one HTTP chunk. */
export function frame(buffers) {
  const length = buffers.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([Buffer.from(chunkSize(length)), ...buffers, CRLF]);
}

export function chunkSize(length) {
  return `${length.toString(16)}\r\n`;
}
