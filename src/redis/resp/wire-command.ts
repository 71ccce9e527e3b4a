/** A command as it is written to a socket (RESP), whole or in pieces. */
export type WireCommand = string | Buffer | readonly (string | Buffer)[];

export const CRLF = '\r\n';

/** `$`, the digits of a small size, and the end of line. */
const SIZE_MAX = 8;

/** Bytes up to this size are copied behind the rest of their command: a socket sends one piece in half the time of three. */
const COPIED_BYTES_MAX = 4_096;

/** A command whose arguments are all text. */
export function encodeCommand(...args: readonly string[]): string {
  return commandHead(args.length, ...args);
}

/** A command whose last argument is bytes. Large ones are not copied. @param head `commandHead` and the other arguments, in ASCII */
export function commandWithBytes(head: string, parts: readonly Buffer[], size: number): WireCommand {
  if (size > COPIED_BYTES_MAX) return [`${head}$${size}${CRLF}`, ...parts, CRLF];
  const command = Buffer.allocUnsafe(head.length + SIZE_MAX + size + CRLF.length);
  let at = command.write(`${head}$${size}${CRLF}`, 'latin1');
  for (const part of parts) at += part.copy(command, at);
  at += command.write(CRLF, at, 'latin1');
  return command.subarray(0, at);
}

/** The beginning of a command with `count` arguments, of which its name is the first. */
export function commandHead(count: number, ...first: readonly string[]): string {
  return `*${count}${CRLF}${first.map(bulkString).join('')}`;
}

export function bulkString(text: string): string {
  return `$${Buffer.byteLength(text)}${CRLF}${text}${CRLF}`;
}
