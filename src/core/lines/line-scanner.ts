import { LINE_SCANNER_WASM } from './line-scanner-wasm';

/** How many bytes are scanned at once. They are in the processor's cache when they are scanned, because they were copied just before. */
export const SCAN_BYTES = 64 * 1024;

/** How long a literal may be that is searched. Each place in the bytes may cost a comparison of all of it. */
export const LITERAL_BYTES_MAX = 1024;

/** How many bytes a thread reads at once into the memory that is scanned. In larger blocks a byte costs no less. */
const BLOCK_BYTES = 4 * SCAN_BYTES;

/** Behind the longest bytes that are scanned: a block, or a slice and the part of a literal that begins in it. */
const LITERAL_AT = BLOCK_BYTES;

/** By which a small letter differs from its capital. */
const CASE_BIT = 0x20;

/** What `line-scanner.wat` exports. Addresses are numbers. */
interface ScannerExports {
  readonly memory: WebAssembly.Memory;
  afterNewlines(at: number, end: number, count: number): number;
  find(
    at: number,
    end: number,
    literal: number,
    length: number,
    p: number,
    q: number,
    caseBit: number,
  ): number;
}

/** Searches bytes, 16 at a time. There is one per thread: each use ends in the turn in which it begins. */
export class LineScanner {
  readonly #exports: ScannerExports;
  readonly #memory: Uint8Array;
  /** The beginning of the memory that is scanned. What is read into it needs no `load`. */
  readonly block: Buffer;

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(LINE_SCANNER_WASM, 'base64'));
    this.#exports = new WebAssembly.Instance<ScannerExports>(module).exports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.block = Buffer.from(this.#exports.memory.buffer, 0, BLOCK_BYTES);
  }

  /** Copies the bytes that are to be scanned: a slice, and a literal's length more at most. They take the place of those before. */
  load(bytes: Uint8Array): void {
    this.#memory.set(bytes);
  }

  /** @param literal with small letters if it is searched with `ignoreCase` */
  loadLiteral(literal: Uint8Array): void {
    this.#memory.set(literal, LITERAL_AT);
  }

  /**
   * Goes through the newlines between two indexes of the loaded bytes.
   * @returns the index behind the `count`th; if there are fewer, how many there are, as a negative number or 0
   */
  afterNewlines(from: number, end: number, count: number): number {
    return this.#exports.afterNewlines(from, end, count);
  }

  /** The index of the first match of the loaded literal that ends at `end` or before; -1 if there is none. */
  find(from: number, end: number, literal: LoadedLiteral): number {
    const { length, p, q, ignoreCase } = literal;
    return this.#exports.find(from, end, LITERAL_AT, length, p, q, ignoreCase ? CASE_BIT : 0);
  }
}

/** How the literal that is loaded is to be searched. */
interface LoadedLiteral {
  readonly length: number;
  /** The two bytes of it that are compared first. The rarer they are, the fewer places are compared in full. */
  readonly p: number;
  readonly q: number;
  /** Of A to Z. */
  readonly ignoreCase: boolean;
}

let scanner: LineScanner | undefined;
let blockScannerOfThread: LineScanner | undefined;

/** For bytes that are loaded. */
export function lineScanner(): LineScanner {
  scanner ??= new LineScanner();
  return scanner;
}

/** For bytes that are read into its block: another one, so that nothing is loaded over them. */
export function blockScanner(): LineScanner {
  blockScannerOfThread ??= new LineScanner();
  return blockScannerOfThread;
}
