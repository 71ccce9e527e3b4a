import { isoTime } from './iso-time';
import { LINE_ENCODER_WASM } from './line-encoder-wasm';

/** How many bytes of lines are encoded at once at most. */
export const ENCODER_BYTES_MAX = 64 * 1024;

/** Where things are in the memory of `line-encoder.wat`. */
const BETWEEN_AT = 0;
const ESCAPES_AT = 64;
const HEX_AT = 320;
const RESULTS_AT = 384;
const LINES_AT = 4096;
const OBJECTS_AT = 81_920;

/** What `line-encoder.wat` exports. Addresses are numbers. */
interface EncoderExports {
  readonly memory: WebAssembly.Memory;
  encode(at: number, end: number, stop: number, line: number, offset: number, between: number): number;
}

/** Lines of the loaded bytes that have one time. */
export interface LinesOfOneTime {
  /** Where the first one begins in the bytes. */
  readonly begin: number;
  /** No line begins there or later. */
  readonly stop: number;
  /** The number and the offset of the first one. */
  readonly line: number;
  readonly offset: number;
  /** Unix milliseconds, if it is known. */
  readonly at: number | undefined;
}

/** What was encoded. If there was no room for all lines, the rest follows from `end` on. */
export interface EncodedLines {
  readonly objects: Buffer;
  readonly lines: number;
  readonly end: number;
}

/**
 * Encodes whole lines of UTF-8 as JSON objects, 16 bytes of text at a time. It is one for the process: each use ends in the turn in which it
 * begins.
 */
export class LineEncoder {
  readonly #exports: EncoderExports;
  readonly #memory: Buffer;
  #length = 0;
  #at: number | undefined | 'none' = 'none';
  #between = 0;

  /** @param escapes by byte, the letter behind its backslash */
  constructor(escapes: Uint8Array) {
    const module = new WebAssembly.Module(Buffer.from(LINE_ENCODER_WASM, 'base64'));
    this.#exports = new WebAssembly.Instance<EncoderExports>(module).exports;
    this.#memory = Buffer.from(this.#exports.memory.buffer);
    this.#memory.set(escapes, ESCAPES_AT);
    this.#memory.write('0123456789abcdef', HEX_AT);
  }

  /** @param bytes of lines, `ENCODER_BYTES_MAX` at most, the last one with its newline. They take the place of those before */
  load(bytes: Uint8Array): void {
    this.#memory.set(bytes, LINES_AT);
    this.#length = bytes.length;
  }

  encode({ begin, stop, line, offset, at }: LinesOfOneTime): EncodedLines {
    this.#setTime(at);
    const [from, end, until] = [LINES_AT + begin, LINES_AT + this.#length, LINES_AT + stop];
    const reached = this.#exports.encode(from, end, until, line, offset, this.#between);
    const objectsEnd = this.#memory.readUInt32LE(RESULTS_AT);
    return {
      objects: Buffer.from(this.#memory.subarray(OBJECTS_AT, objectsEnd)),
      lines: this.#memory.readUInt32LE(RESULTS_AT + 4),
      end: reached - LINES_AT,
    };
  }

  #setTime(at: number | undefined): void {
    if (at === this.#at) return;
    this.#at = at;
    const time = at === undefined ? 'null' : `"${isoTime(at)}"`;
    this.#between = this.#memory.write(`,"time":${time},"text":"`, BETWEEN_AT, 'latin1');
  }
}
