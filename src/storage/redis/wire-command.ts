/** A command as it goes through a socket (RESP), whole or in pieces. */
export type WireCommand = string | Buffer | readonly (string | Buffer)[];

const CRLF = '\r\n';

/** Bytes up to this size are copied behind the rest of their command: one piece goes through a socket in half the time of three. */
const COPIED_BYTES_MAX = 4_096;

/** A command of text alone. */
export function encode(...args: readonly string[]): string {
  return `*${args.length}${CRLF}${args.map(bulk).join('')}`;
}

/** A command of ASCII, and bytes as its last argument. Large ones go to the socket as they are. */
export function encodeWithBytes(
  args: readonly string[],
  parts: readonly Buffer[],
  size: number,
): WireCommand {
  const head = `*${args.length + 1}${CRLF}${args.map(bulk).join('')}$${size}${CRLF}`;
  if (size > COPIED_BYTES_MAX) return [head, ...parts, CRLF];
  const command = Buffer.allocUnsafe(head.length + size + CRLF.length);
  let at = command.write(head, 'latin1');
  for (const part of parts) at += part.copy(command, at);
  command.write(CRLF, at, 'latin1');
  return command;
}

/** An argument. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}${CRLF}${text}${CRLF}`;
}
