import { RequestError } from '../request-error';

const [LF, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The messages of a JSON body, each without white space and followed by a line feed: the body's value, or what it has in it if it is
 * an array (PROTOCOL.md, 9.1.2). Written again byte by byte instead of from parsed values: numbers beyond a double, and the order
 * of an object's keys, stay what they were.
 *
 * @returns empty for an empty array
 * @throws RequestError `BODY_INVALID` when it is not JSON in UTF-8
 */
export function jsonTexts(body: Buffer): Buffer {
  const isArray = Array.isArray(parse(body));
  const texts = Buffer.allocUnsafe(body.length + 1);
  let length = 0;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (inString) {
      texts[length++] = byte;
      if (byte === BACKSLASH) texts[length++] = body[++at] ?? 0;
      else if (byte === QUOTE) inString = false;
      continue;
    }
    if (isSpace(byte)) continue;
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
    const isFrame = isArray && depth === 0 && (byte === OPEN_ARRAY || byte === CLOSE_ARRAY);
    if (isArray && depth === 1 && byte === COMMA) texts[length++] = LF;
    else if (!isFrame) texts[length++] = byte;
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === QUOTE) inString = true;
  }
  if (length > 0) texts[length++] = LF;
  return texts.subarray(0, length);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(DECODER.decode(body));
  } catch {
    // Whichever of the two it was, the text is not JSON (RFC 8259, 8.1: UTF-8).
    throw new RequestError('BODY_INVALID', 'The body is not valid JSON');
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;
}

/** How many bytes `JsonArray` makes of so many. */
export function jsonArrayLength(textBytes: number): number {
  return textBytes === 0 ? 2 : textBytes + 1;
}

/** Makes one JSON array of stored messages, which come in pieces of any size. */
export class JsonArray {
  #isBegun = false;

  /** The pieces are copied: others may be reading the same ones. */
  next(chunks: readonly Buffer[], isLast: boolean): Buffer {
    const array = Buffer.concat(this.#isBegun ? [...chunks] : [Buffer.from('['), ...chunks]);
    this.#isBegun = true;
    // A line feed is never inside a text: there it would be escaped.
    for (let at = nextLineFeed(array, 0); at !== -1; at = nextLineFeed(array, at + 1)) array[at] = COMMA;
    if (isLast) array[array.length - 1] = CLOSE_ARRAY;
    return array;
  }
}

/** How many bytes are looked at here before `indexOf` is called, which costs as much. A page may hold a quarter of a million texts. */
const NEAR_BYTES = 32;

function nextLineFeed(bytes: Buffer, from: number): number {
  const near = Math.min(from + NEAR_BYTES, bytes.length);
  for (let at = from; at < near; at += 1) if (bytes[at] === LF) return at;
  return bytes.indexOf(LF, near);
}
