import type { Style } from '../ansi/span';
import { GrowingArray } from './growing-array';
import { KeptBytes } from './kept-bytes';
import type { LineSink } from './timestamped-lines';

/** Of one line at most so much is kept: eight times what is shown. */
export const KEPT_LINE_BYTES = 32_768;

/**
 * Lines of a log that follow each other, as bytes: no object per line. It is filled by an answer, or by what arrives.
 *
 * Its last line may have no LF yet (`isOpen`), or may have been left in the middle (`isTorn`).
 */
export class Segment implements LineSink {
  readonly #kept: KeptBytes;
  readonly #starts = new GrowingArray();
  readonly #offsets = new GrowingArray();
  readonly #times = new GrowingArray();
  readonly #cut = new Set<number>();
  #end: number;
  #isOpen = false;
  /** The styles at the begin of its lines, as far as they were computed. */
  styles: Style[] = [];
  /** That of the first line; undefined while it is not known. */
  startStyle: Style | undefined;
  /** When it was last used, for the cache. */
  usedAt = 0;
  isTorn = false;

  /**
   * @param first the number of its first line
   * @param offset of its first byte
   */
  constructor(
    readonly first: number,
    readonly offset: number,
    keptLineBytes = KEPT_LINE_BYTES,
    capacity = 8_192,
  ) {
    this.#end = offset;
    this.#kept = new KeptBytes(keptLineBytes, capacity);
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** Of an empty one, the line before its first. */
  get last(): number {
    return this.first + this.count - 1;
  }

  /** The offset behind its last byte. */
  get endOffset(): number {
    return this.#end;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The memory it takes. */
  get size(): number {
    return this.#kept.byteLength + 3 * this.#offsets.byteLength;
  }

  begin(time: number): void {
    // A connection was lost in this line, and another one goes on.
    if (this.#isOpen) return;
    this.#starts.push(this.#kept.length);
    this.#offsets.push(this.#end);
    this.#times.push(time);
    this.#kept.startLine();
    this.#isOpen = true;
  }

  bytes(chunk: Uint8Array, from: number, to: number): void {
    this.#kept.append(chunk, from, to);
    this.#end += to - from;
    this.#noteCut();
  }

  end(): void {
    this.#isOpen = false;
    this.#end += 1;
  }

  /** @returns what is kept of the line, without its LF. It is overwritten when an open line goes on. */
  bytesOf(line: number): Uint8Array {
    const at = line - this.first;
    const next = at + 1 < this.count ? this.#starts.at(at + 1) : this.#kept.length;
    return this.#kept.slice(this.#starts.at(at), next);
  }

  offsetOf(line: number): number {
    return this.#offsets.at(line - this.first);
  }

  /** Without the LF; undefined if its end is not known. */
  byteLengthOf(line: number): number | undefined {
    if (line < this.last) return this.offsetOf(line + 1) - this.offsetOf(line) - 1;
    return this.isTorn ? undefined : this.#end - this.offsetOf(line) - (this.#isOpen ? 0 : 1);
  }

  /** Unix milliseconds. */
  timeOf(line: number): number | undefined {
    const time = this.#times.at(line - this.first);
    return Number.isNaN(time) ? undefined : time;
  }

  /** More of it would be visible than is kept. */
  isCut(line: number): boolean {
    return this.#cut.has(line) || (this.isTorn && line === this.last);
  }

  isOpenLine(line: number): boolean {
    return this.#isOpen && !this.isTorn && line === this.last;
  }

  /** Leaves its last line out, for example because it is unfinished. */
  dropLast(): void {
    const at = this.count - 1;
    if (at < 0) return;
    this.#end = this.#offsets.at(at);
    this.#cut.delete(this.last);
    this.#kept.truncate(this.#starts.at(at));
    for (const array of [this.#starts, this.#offsets, this.#times]) array.truncate(at);
    this.#isOpen = false;
    this.isTorn = false;
  }

  /** No more is coming: gives back the memory that is not used. */
  seal(): void {
    for (const part of [this.#kept, this.#starts, this.#offsets, this.#times]) part.trim();
  }

  #noteCut(): void {
    if (this.#kept.overflows) this.#cut.add(this.last);
    else if (this.#cut.size > 0) this.#cut.delete(this.last);
  }
}
