import type { Query } from '../wire/endpoint';
import { FixedMoment } from './moment';
import type { PartStart, ReadPart } from './read-part';

const LF = 0x0a;

/**
 * How far a read of a part of a stream is. Lines and times are resolved once, by the first answer that knows them. Later requests begin
 * at an offset and have what is left of the bounds, so that the part is the same over any number of connections.
 */
export class ReadPosition {
  readonly #start: PartStart;
  readonly #since: FixedMoment | undefined;
  readonly #until: FixedMoment | undefined;
  /** Where the next request begins, if that is known. */
  #next: number | undefined;
  /** How many bytes were read while it was not known. */
  #unplaced = 0;
  /** How many bytes of the next answer were read before. */
  #repeated = 0;
  #linesLeft: number | undefined;
  /** How many lines the next answer repeats. */
  #repeatedLines = 0;
  /** Where the read ends, if that is known. */
  #end: number | undefined;

  constructor({ from = { offset: 0 }, until, lines }: ReadPart) {
    this.#start = from;
    this.#since = 'since' in from ? new FixedMoment(from.since) : undefined;
    this.#until = until === undefined ? undefined : new FixedMoment(until);
    this.#linesLeft = lines;
    if ('offset' in from && from.offset >= 0) this.#next = from.offset;
  }

  /** Where the next request begins, if that is known. */
  get offset(): number | undefined {
    return this.#next;
  }

  /** Whether it is a byte that is known from the beginning, without bounds. */
  get isPlain(): boolean {
    return this.#next !== undefined && !this.hasBounds;
  }

  get hasBounds(): boolean {
    return this.#linesLeft !== undefined || this.#until !== undefined || this.#end !== undefined;
  }

  /** Whether the bounds leave nothing more to read. */
  get isOver(): boolean {
    return this.#linesLeft === 0 || (this.#end !== undefined && (this.#next ?? 0) >= this.#end);
  }

  /** Whether the read ends at `offset`. */
  endsAt(offset: number): boolean {
    return this.#end === offset;
  }

  /** The parameters of the next request. */
  get query(): Query {
    const start = this.#next === undefined ? this.#startQuery() : { offset: this.#next };
    if (this.#end !== undefined) return { ...start, length: this.#end - (this.#next ?? 0) };
    const lines = this.#linesLeft === undefined ? undefined : this.#linesLeft + this.#repeatedLines;
    return { ...start, lines, until: this.#until?.text };
  }

  /** Takes the offset of the first byte of an answer, if the answer knows it. */
  beginAt(offset: number | undefined): void {
    this.#repeated = this.#unplaced;
    if (this.#next !== undefined || offset === undefined) return;
    this.#next = offset + this.#unplaced;
    this.#unplaced = 0;
  }

  /** Resolves all bounds: the read ends at this offset. */
  endAt(offset: number): void {
    this.#end = offset;
  }

  /** Reads bytes that follow the ones before. @returns those that were not read before and are within the bounds */
  take(bytes: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#repeated, bytes.length);
    this.#repeated -= skipped;
    const fresh = bytes.subarray(skipped);
    const taken = fresh.subarray(0, this.#within(fresh));
    if (this.#next === undefined) this.#unplaced += taken.length;
    else this.#next += taken.length;
    return taken;
  }

  /** Continues at `offset`. @param repeatedLines how many lines from there on were read before */
  moveTo(offset: number, repeatedLines = 0): void {
    this.#next = offset;
    this.#unplaced = 0;
    this.#repeatedLines = repeatedLines;
  }

  takeLine(): void {
    if (this.#linesLeft !== undefined) this.#linesLeft -= 1;
  }

  #within(bytes: Uint8Array): number {
    if (this.#end !== undefined) return Math.min(bytes.length, this.#end - (this.#next ?? 0));
    if (this.#linesLeft === undefined) return bytes.length;
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
      this.#linesLeft -= 1;
      if (this.#linesLeft === 0) return at + 1;
    }
    return bytes.length;
  }

  #startQuery(): Query {
    if (this.#since !== undefined) return { since: this.#since.text };
    return 'since' in this.#start ? {} : this.#start;
  }
}
