import { isUtf8 } from 'node:buffer';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** One event of a `text/event-stream` (WHATWG HTML, 9.2). */
export interface ServerSentEvent {
  /** Default: `message`. */
  readonly event?: string;
  readonly id: string;
  /** Text. Bytes that are not UTF-8 become U+FFFD. */
  readonly data: Buffer | string;
}

/** A comment, which keeps the connection alive and reaches no listener. */
export const HEARTBEAT = ':\n\n';

/** How soon a reader reconnects, in ms. A field of the first event: some clients take a block of its own for an empty message. */
export const RETRY = 'retry: 2000\n';

/** @param first fields before those of the event */
export function encodeEvent({ event, id, data }: ServerSentEvent, first = ''): Buffer {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return encodeData(
    `${first}${name}id: ${id}\n`,
    'data: ',
    typeof data === 'string' ? Buffer.from(data) : data,
  );
}

/**
 * Renders an event with `head`, its ASCII fields before the data. Each line of the data is a field of its own: CR, LF and CRLF all end a
 * line on this wire. A reader removes one space after the colon (WHATWG HTML, 9.2.6), so a line that begins with a space gets one more.
 *
 * Byte by byte into one buffer: with a string per line, 4 MiB of line feeds take a second, most of it in the garbage collector.
 */
export function encodeData(head: string, field: 'data:' | 'data: ', data: Buffer): Buffer {
  const text = isUtf8(data) ? data : Buffer.from(data.toString());
  const bytesMax = head.length + (1 + lineEnds(text)) * ('data: '.length + 1) + text.length + 1;
  const event = Buffer.allocUnsafe(bytesMax);
  const end = writeLines(event, event.write(head, 'latin1'), field === 'data: ', text);
  event[end] = LF;
  return event.subarray(0, end + 1);
}

/** An upper bound of the lines that end in `text`: a CRLF counts twice. */
function lineEnds(text: Buffer): number {
  let ends = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === LF || byte === CR) ends += 1;
  }
  return ends;
}

/** @returns where in `event` the last line ends */
function writeLines(event: Buffer, from: number, isSpaced: boolean, text: Buffer): number {
  let to = writeName(event, from, isSpaced || text[0] === SPACE);
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? LF;
    if (byte !== LF && byte !== CR) {
      event[to++] = byte;
      continue;
    }
    if (byte === CR && text[at + 1] === LF) at += 1;
    event[to++] = LF;
    to = writeName(event, to, isSpaced || text[at + 1] === SPACE);
  }
  event[to++] = LF;
  return to;
}

/** `data:` in single assignments: a loop over its letters would take longer than the rest. */
function writeName(event: Buffer, to: number, isSpaced: boolean): number {
  event[to] = 0x64;
  event[to + 1] = 0x61;
  event[to + 2] = 0x74;
  event[to + 3] = 0x61;
  event[to + 4] = 0x3a;
  if (!isSpaced) return to + 5;
  event[to + 5] = 0x20;
  return to + 6;
}
