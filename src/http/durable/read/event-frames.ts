import { concatChunks } from '../../../core/bytes/concat-chunks';
import { incompleteUtf8Length } from '../../../core/bytes/utf8';
import type { Framing } from '../../../core/log/log';
import { encodeData } from '../../live/sse';
import { JsonArray } from '../json/json-messages';

const LF = 0x0a;
const CR = 0x0d;
const HEAD = 'event: data\n';
const BLOCK_END = Buffer.from('\n\n');

/** How the bytes of a stream go into events (PROTOCOL.md, 5.8). */
export type EventEncoding = 'json' | 'text' | 'base64';

/** What one event leaves for the next: bytes that were read, but cannot be shown before more bytes come. */
export interface EventFrameState {
  /** A message of any size, or the beginning of a character. In pieces, so that a long message is not copied again with each piece. */
  readonly held: readonly Buffer[];
  /** The last event ended in a carriage return. A line feed after it belongs to the same line end. */
  readonly afterReturn: boolean;
}

export const EMPTY_FRAME_STATE: EventFrameState = { held: [], afterReturn: false };

/** An event in pieces. Empty if there is nothing to show. */
export type EventFrame = readonly Buffer[];

export function encodingOf(framing: Framing | undefined, isText: boolean): EventEncoding {
  if (!isText) return 'base64';
  return framing === 'json' ? 'json' : 'text';
}

/** @returns the event that shows `bytes`, and what is carried on to the next one */
export function dataEvent(
  encoding: EventEncoding,
  bytes: Buffer,
  carry: EventFrameState,
): { event: EventFrame; carry: EventFrameState } {
  if (encoding === 'json') return jsonEvent(bytes, carry);
  if (encoding === 'base64') return { event: base64Event(bytes), carry };
  return textEvent(bytes, carry);
}

/** What is left when the stream ends. A character that was never completed is shown as a broken one. */
export function lastEvent(encoding: EventEncoding, { held, afterReturn }: EventFrameState): EventFrame {
  return encoding === 'text' ? textBlock(concatChunks(held), afterReturn) : [];
}

/** Whole messages. The beginning of a message is copied: the memory of a page is used again once the page was sent. */
function jsonEvent(bytes: Buffer, carry: EventFrameState): { event: EventFrame; carry: EventFrameState } {
  const whole = bytes.lastIndexOf(LF) + 1;
  const rest = whole === bytes.length ? [] : [Buffer.from(bytes.subarray(whole))];
  if (whole === 0) return { event: [], carry: { ...carry, held: [...carry.held, ...rest] } };
  const array = new JsonArray();
  const begun = [Buffer.from(`${HEAD}data:`), array.next([], false), ...carry.held];
  const event = [...begun, array.next([bytes.subarray(0, whole)], true), BLOCK_END];
  return { event, carry: { ...carry, held: rest } };
}

function base64Event(bytes: Buffer): EventFrame {
  return bytes.length === 0 ? [] : [Buffer.from(`${HEAD}data:${bytes.toString('base64')}\n\n`)];
}

function textEvent(
  bytes: Buffer,
  { held, afterReturn }: EventFrameState,
): { event: EventFrame; carry: EventFrameState } {
  const text = concatChunks([...held, bytes]);
  const whole = text.length - incompleteUtf8Length(text);
  const shown = text.subarray(0, whole);
  return {
    event: textBlock(shown, afterReturn),
    carry: {
      held: whole === text.length ? [] : [Buffer.from(text.subarray(whole))],
      afterReturn: shown.length === 0 ? afterReturn : shown.at(-1) === CR,
    },
  };
}

function textBlock(shown: Buffer, afterReturn: boolean): EventFrame {
  const text = afterReturn && shown[0] === LF ? shown.subarray(1) : shown;
  return text.length === 0 ? [] : [encodeData(HEAD, 'data:', text)];
}
