import { unfinishedLength } from '../../core/characters';
import type { Framing } from '../../core/log';
import { JsonArray } from './json-texts';

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);

/** How the bytes of a stream go into events (PROTOCOL.md, 5.8). */
export type Encoding = 'json' | 'text' | 'base64';

/** Where a reader of events stands: bytes that were read, but cannot be shown before more of them come. */
export interface Carry {
  readonly held: Buffer;
  /** What was shown last ended in a carriage return: with a line feed after it, it is one end of a line and not two. */
  readonly afterReturn: boolean;
}

export const NO_CARRY: Carry = { held: NOTHING, afterReturn: false };

export function encodingOf(framing: Framing | undefined, isText: boolean): Encoding {
  if (!isText) return 'base64';
  return framing === 'json' ? 'json' : 'text';
}

/** @returns the event that shows `chunks`, empty when there is nothing to show yet, and what is carried on to the next one */
export function dataEvent(
  encoding: Encoding,
  chunks: readonly Buffer[],
  carry: Carry,
): { event: string; carry: Carry } {
  const bytes = joined(carry.held, chunks);
  const whole = bytes.length - unfinished(encoding, bytes);
  const shown = bytes.subarray(0, whole);
  // A copy: the memory of a page is used again once it was sent.
  const held = whole === bytes.length ? NOTHING : Buffer.from(bytes.subarray(whole));
  return {
    event: frame(encoding, shown, carry.afterReturn),
    carry: { held, afterReturn: endsInReturn(encoding, shown, carry) },
  };
}

/** What is left when the stream ends: a character that was never completed is shown as what it is, a broken one. */
export function lastEvent(encoding: Encoding, { held, afterReturn }: Carry): string {
  return encoding === 'text' ? frame(encoding, held, afterReturn) : '';
}

function joined(held: Buffer, chunks: readonly Buffer[]): Buffer {
  const [first = NOTHING, ...rest] = held.length === 0 ? chunks : [held, ...chunks];
  return rest.length === 0 ? first : Buffer.concat([first, ...rest]);
}

/** How many bytes at the end belong to a message or a character that is not complete. */
function unfinished(encoding: Encoding, bytes: Buffer): number {
  if (encoding === 'json') return bytes.length - (bytes.lastIndexOf(LF) + 1);
  return encoding === 'text' ? unfinishedLength(bytes) : 0;
}

function endsInReturn(encoding: Encoding, shown: Buffer, carry: Carry): boolean {
  return encoding === 'text' && (shown.length === 0 ? carry.afterReturn : shown.at(-1) === CR);
}

function frame(encoding: Encoding, shown: Buffer, afterReturn: boolean): string {
  if (shown.length === 0) return '';
  if (encoding === 'base64') return `event: data\ndata:${shown.toString('base64')}\n\n`;
  if (encoding === 'json') return `event: data\ndata:${new JsonArray().next([shown], true)}\n\n`;
  const text = (afterReturn && shown[0] === LF ? shown.subarray(1) : shown).toString();
  return text === '' ? '' : `event: data\n${dataLines(text)}\n`;
}

/** No space after the colon: a client takes one away, and the text may begin with one of its own. CR, LF and CRLF all end a line here. */
function dataLines(text: string): string {
  return `data:${text.replace(/\r\n|\r|\n/g, '\ndata:')}\n`;
}
