import { Literal } from '../lines/literal';
import { afterNewlines } from '../lines/newlines';
import { PLACES_MAX } from './line-matcher';
import { requiredLiteral } from './required-literal';
import { withinLines } from './within-lines';

const CR = '\r';
const LF = '\n';

/**
 * How many bytes become one text, unless a line is longer. V8 has texts from 128 KiB on among its large objects: to make and free those
 * takes as long as the rest of a search.
 */
const TEXT_BYTES = 64 * 1024;

/** What one run of an expression returns at most, in numbers. */
const NUMBERS_MAX = 64 * 1024;

/** Beside its places. */
const NUMBERS_PER_LINE = 3;

const NO_PLACES: readonly number[] = [];

/** The lines of a block that match, as numbers: threads pass those on without a copy. */
export interface ExpressionHits {
  /** For each line its begin and end in the block, how many places it has, and from and to of each. */
  readonly numbers: Int32Array<ArrayBuffer>;
  /** The index of the first line that was not looked at; the length of the block if there is none. */
  readonly next: number;
}

/** A place in a block, as an index of its text and of its bytes. */
interface Position {
  readonly unit: number;
  readonly byte: number;
}

/**
 * A regular expression that is compared with each line by itself: `^` and `$` are its borders, a CR before the newline is not part of it.
 *
 * Most lines do not match. So the expression first runs over a whole block, changed so that no match goes beyond its line. Where it
 * matches a line, it matches there as well; so only such lines are compared. Lookaround could see the lines around: then each line is
 * compared.
 */
export class LineExpression {
  readonly #exact: RegExp;
  readonly #filter: RegExp | undefined;
  /** What each line has that matches. */
  readonly #required: Literal | undefined;

  /** @throws SyntaxError */
  constructor(source: string, ignoreCase: boolean) {
    const flags = ignoreCase ? 'gvi' : 'gv';
    this.#exact = new RegExp(source, flags);
    this.#filter = filterOf(source, flags);
    const required = requiredLiteral(source, ignoreCase);
    this.#required = required === undefined ? undefined : new Literal(Buffer.from(required), ignoreCase);
  }

  /** @param from the index of a line */
  match(block: Buffer, from: number): ExpressionHits {
    return this.#match(block, from, PLACES_MAX);
  }

  /** @returns how many lines match */
  count(block: Buffer): number {
    let count = 0;
    for (let from = 0; from < block.length; ) {
      const { numbers, next } = this.#match(block, from, 0);
      count += numbers.length / NUMBERS_PER_LINE;
      from = next;
    }
    return count;
  }

  /** @param placesMax how many places of each line are in the numbers */
  #match(block: Buffer, from: number, placesMax: number): ExpressionHits {
    const numbers: number[] = [];
    let next = from;
    while (next < block.length && numbers.length < NUMBERS_MAX) {
      const end = endOfText(block, next);
      const lines = block.subarray(next, end);
      const mayMatch = this.#required === undefined || this.#required.isIn(lines);
      next = mayMatch ? this.#matchLines(lines, next, placesMax, numbers) : end;
    }
    return { numbers: Int32Array.from(numbers), next };
  }

  /**
   * @param bytes whole lines, which begin at `from` of the block
   * @returns where in the block the first line is that was not looked at
   */
  #matchLines(bytes: Buffer, from: number, placesMax: number, numbers: number[]): number {
    const text = bytes.toString();
    const isNarrow = text.length === bytes.length;
    let at: Position = { unit: 0, byte: 0 };
    while (at.unit < text.length) {
      if (numbers.length >= NUMBERS_MAX) return from + at.byte;
      const unit = this.#nextCandidate(text, at.unit);
      if (unit === undefined) break;
      const begin = isNarrow ? { unit, byte: unit } : moveTo(unit, at, text, bytes);
      const newline = text.indexOf(LF, begin.unit);
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(begin.unit, end);
      const endByte = isNarrow ? end : begin.byte + lengthOfLine(bytes.subarray(begin.byte));
      const compared = newline >= 0 && line.endsWith(CR) ? line.slice(0, -1) : line;
      const places = this.#placesIn(compared, placesMax);
      if (places !== undefined) numbers.push(from + begin.byte, from + endByte, places.length / 2, ...places);
      at = { unit: end + 1, byte: endByte + 1 };
    }
    return from + bytes.length;
  }

  /** Where the next line begins that may match. */
  #nextCandidate(text: string, from: number): number | undefined {
    const filter = this.#filter;
    if (filter === undefined) return from;
    filter.lastIndex = from;
    const found = filter.exec(text);
    if (found === null) return undefined;
    const begin = found.index === 0 ? 0 : text.lastIndexOf(LF, found.index - 1) + 1;
    return begin < text.length ? begin : undefined;
  }

  /** @returns from and to of each; empty places are left out; `undefined` if the line does not match */
  #placesIn(line: string, placesMax: number): readonly number[] | undefined {
    const exact = this.#exact;
    exact.lastIndex = 0;
    if (placesMax === 0) return exact.test(line) ? NO_PLACES : undefined;
    let places: number[] | undefined;
    for (let found = exact.exec(line); found !== null; found = exact.exec(line)) {
      places ??= [];
      const { index, 0: matched } = found;
      if (matched.length > 0) places.push(index, index + matched.length);
      else exact.lastIndex += (line.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
      if (places.length >= 2 * placesMax) break;
    }
    return places;
  }
}

function filterOf(source: string, flags: string): RegExp | undefined {
  const changed = withinLines(source);
  if (changed === undefined) return undefined;
  try {
    return new RegExp(changed, `${flags}m`);
  } catch {
    return undefined;
  }
}

/** Goes on to a line that begins at `unit`. Bytes that are not UTF-8 change the length of the text, but not its newlines. */
function moveTo(unit: number, from: Position, text: string, bytes: Buffer): Position {
  let newlines = 0;
  for (let at = from.unit; at < unit; at = text.indexOf(LF, at) + 1) newlines += 1;
  return { unit, byte: from.byte + (afterNewlines(bytes.subarray(from.byte), newlines) ?? 0) };
}

function lengthOfLine(bytes: Buffer): number {
  const newline = bytes.indexOf(LF);
  return newline < 0 ? bytes.length : newline;
}

/** Behind the last newline in the next `TEXT_BYTES`; of a longer line, behind its own. */
function endOfText(block: Buffer, from: number): number {
  const most = from + TEXT_BYTES;
  if (most >= block.length) return block.length;
  const last = block.lastIndexOf(LF, most - 1);
  const newline = last < from ? block.indexOf(LF, most) : last;
  return newline < 0 ? block.length : newline + 1;
}
