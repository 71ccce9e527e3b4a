import { LoomClientError, notOfLoom } from '../wire/errors';
import { memberOf } from '../wire/json';
import type { LostRange } from '../wire/lost-range';
import { assertNdjson, NDJSON, NdjsonSplitter } from '../wire/ndjson';
import type { ReadFormat } from './read-format';
import type { ReadPosition } from './read-position';
import { parseStreamLine, type StreamLine } from './stream-line';

/** What replaces bytes that are not UTF-8. The length of such a text is not that of its bytes. */
const REPLACEMENT = '\ufffd';

/** A longer line is yielded in parts. The server cuts lines of a finished stream long before. */
const WHOLE_LENGTH_MAX = 1024 * 1024;

/** The lines of a stream, as NDJSON. */
export class NdjsonFormat implements ReadFormat<StreamLine> {
  readonly query = {};
  readonly accept = NDJSON;
  #json = new NdjsonSplitter();
  #summary: unknown;
  /** The last whole line, with which the next answer begins. */
  #last: StreamLine | undefined;
  /** The text of it that the answer has still to repeat. */
  #repeated: string | undefined;
  /** A part of a line to which the rest is added: lines are wanted whole, or a connection could not continue after the part. */
  #held: StreamLine | undefined;

  /**
   * @param onLost called if a line that was yielded has changed
   * @param parts whether parts of lines are yielded
   */
  constructor(
    private readonly position: ReadPosition,
    private readonly onLost: (lost: LostRange) => void,
    private readonly parts: boolean,
  ) {}

  /** The last object of the answer, which has the state of the stream. */
  get summary(): unknown {
    return this.#summary;
  }

  get isEnded(): boolean {
    return this.#summary !== undefined;
  }

  begin(headers: Headers): void {
    assertNdjson(headers, 'lines');
    this.#json = new NdjsonSplitter();
    this.#summary = undefined;
    this.#held = undefined;
    this.#repeated = this.#last?.offset === this.position.offset ? this.#last?.text : undefined;
  }

  *push(piece: Uint8Array): Generator<StreamLine, void> {
    for (const value of this.#json.push(piece)) {
      const part = parseStreamLine(value);
      if (part === undefined) yield* this.#end(value);
      else if (!this.#isRepeated(part)) yield* this.#take(part);
    }
  }

  *#take(part: StreamLine): Generator<StreamLine, void> {
    const line = this.#withHeld(part);
    if (line.partial && this.#isHeld(line)) this.#held = line;
    else yield this.#moveAfter(line);
  }

  /** The length of a text with replaced bytes is not that of its bytes: a connection could not continue after it. */
  #isHeld({ text, cut }: StreamLine): boolean {
    return cut || text.includes(REPLACEMENT) || (!this.parts && text.length < WHOLE_LENGTH_MAX);
  }

  *#end(value: unknown): Generator<StreamLine, void> {
    const state = memberOf(value, 'state');
    if (state === 'lost' || state === 'damaged')
      throw new LoomClientError('UNREACHABLE', 'the server has lost bytes of the stream');
    if (typeof state !== 'string') throw notOfLoom('lines');
    if (this.#held !== undefined) yield this.#moveAfter(this.#held);
    this.#held = undefined;
    this.#summary = value;
  }

  #isRepeated(part: StreamLine): boolean {
    const expected = this.#repeated;
    if (expected === undefined) return false;
    const isPrefix = expected.startsWith(part.text);
    this.#repeated = isPrefix && part.partial ? expected.slice(part.text.length) : undefined;
    if (isPrefix && (part.partial || part.text === expected)) return true;
    this.onLost({ from: part.offset, to: part.offset + byteLength(expected) + 1 });
    return false;
  }

  #withHeld(part: StreamLine): StreamLine {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? part : { ...part, offset: held.offset, text: held.text + part.text };
  }

  /** The next answer begins with the last whole line once more: the length of its bytes need not be that of its text. */
  #moveAfter(line: StreamLine): StreamLine {
    this.#last = line.partial ? undefined : line;
    if (line.partial) this.position.moveTo(line.offset + byteLength(line.text));
    else this.position.moveTo(line.offset, 1);
    if (!line.partial) this.position.takeLine();
    return line;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
