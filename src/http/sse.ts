/** One event of a `text/event-stream` (WHATWG HTML, 9.2). */
export interface ServerSentEvent {
  /** Left out, it is a `message`. */
  readonly event?: string;
  readonly id: string;
  readonly data: string;
}

/** A comment: it reaches no listener, and keeps the connection alive. */
export const HEARTBEAT = ':\n\n';

/** How soon a reader comes back after a loss, in milliseconds. */
export const RETRY = 'retry: 2000\n\n';

/** Each line of the data is a field of its own; CR, LF and CRLF all end a line on this wire. */
export function encodeEvent({ event, id, data }: ServerSentEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${name}id: ${id}\n${lines.join('')}\n`;
}
