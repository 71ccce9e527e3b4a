import { JSON_DEPTH_MAX, type JsonFault, JsonScanner } from '../../../core/json/json-scanner';
import { sliceChunks, waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { RequestError } from '../../errors/request-error';

const [LF, CR, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x0d, 0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const TEXT_END = Buffer.from('\n');
/** Instead of a byte. */
const NOTHING = -1;

/**
 * The messages of a JSON body, each without white space and followed by a line feed: the body's value, or what it has in it if it is
 * an array (PROTOCOL.md, 9.1.2). Written again byte by byte instead of from parsed values: numbers beyond a double, and the order
 * of an object's keys, stay what they were. A large body takes many turns of the event loop.
 *
 * @returns empty for an empty array
 * @throws RequestError `BODY_INVALID` when it is not JSON in UTF-8, or nested too deeply
 */
export async function splitJsonMessages(body: readonly Buffer[]): Promise<Buffer[]> {
  const scanner = new JsonScanner();
  const writer = new TextWriter();
  for (const slice of sliceChunks(body)) {
    await waitForTurn(slice.length);
    assertJson(scanner.push(slice));
    writer.push(slice);
  }
  assertJson(scanner.end());
  return writer.end();
}

function assertJson(fault: JsonFault | undefined): void {
  if (fault === 'malformed') throw new RequestError('BODY_INVALID', 'The body is not valid JSON');
  if (fault === 'too deep')
    throw new RequestError('BODY_INVALID', `The body is nested more than ${JSON_DEPTH_MAX} levels deep`);
}

/** Writes the messages of one valid JSON text, which comes in slices. */
class TextWriter {
  /** Whether what is opened first is an array: then the text is. */
  #isArray: boolean | undefined;
  readonly #written: Buffer[] = [];
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  push(slice: Buffer): void {
    const texts = Buffer.allocUnsafe(slice.length);
    let length = 0;
    for (let at = 0; at < slice.length; at += 1) {
      const byte = slice[at] ?? 0;
      const written = this.#inString ? this.#inside(byte) : this.#outside(byte);
      if (written !== NOTHING) texts[length++] = written;
    }
    if (length > 0) this.#written.push(texts.subarray(0, length));
  }

  end(): Buffer[] {
    const last = this.#written.pop();
    if (last === undefined) return [];
    return [...this.#written, Buffer.concat([last, TEXT_END])];
  }

  #inside(byte: number): number {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
    return byte;
  }

  #outside(byte: number): number {
    switch (byte) {
      case 0x20:
      case 0x09:
      case LF:
      case CR:
        return NOTHING;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        this.#isArray ??= byte === OPEN_ARRAY;
        this.#depth += 1;
        return this.#isArray && this.#depth === 1 ? NOTHING : byte;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        this.#depth -= 1;
        return this.#isArray && this.#depth === 0 ? NOTHING : byte;
      case COMMA:
        return this.#isArray && this.#depth === 1 ? LF : byte;
      case QUOTE:
        this.#inString = true;
    }
    return byte;
  }
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
