import { incompleteUtf8Length } from '../bytes/utf8';
import { countNewlines } from '../lines/newlines';
import { advance, type Offset } from '../log/offset';
import { timeOf } from '../log/time-mark';
import { TimeSlices } from '../scheduling/time-slices';
import type { Page } from '../store/store';
import { type LineBlock, LineBlocks } from './line-blocks';
import type { LineHit, LineMatcher, Place } from './line-matcher';
import { type AwaitingLines, SurroundingLines } from './surrounding-lines';

/** A line that a search has found. */
export interface FoundLine {
  /** From 1. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: Offset;
  /** When it was begun, in Unix milliseconds, if that is known. */
  readonly at: number | undefined;
  /** Without its newline. */
  readonly text: string;
  /** The text is not the whole line. */
  readonly isCut: boolean;
  readonly places: readonly Place[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface LogSearchOptions {
  readonly matcher: LineMatcher;
  /** Where the first page begins: the beginning of a line. */
  readonly from: Offset;
  /** The number of that line. */
  readonly line: number;
  /** Lines before this one are not matched, but may be around one that is. Default: `line`. */
  readonly firstLine?: number;
  /** How many lines before and after each are wanted. */
  readonly context?: number;
  /** How many bytes of a line become text. */
  readonly lineBytesMax: number;
}

type Unfinished = Omit<FoundLine, 'after'>;

/** One search through a log, page by page. Memory is bounded: a page, one line, and the lines around those that were found last. */
export class LogSearch {
  readonly #matcher: LineMatcher;
  readonly #context: number;
  #blocks: LineBlocks;
  readonly #around: SurroundingLines<Unfinished>;
  readonly #firstLine: number;
  readonly #lineBytesMax: number;
  /** The number of the first line of the block. */
  #line: number;
  #scannedBytes = 0;
  #cutLines = 0;

  constructor({ matcher, from, line, firstLine = line, context = 0, lineBytesMax }: LogSearchOptions) {
    this.#matcher = matcher;
    this.#blocks = new LineBlocks(from);
    this.#context = context;
    this.#line = line;
    this.#firstLine = firstLine;
    this.#lineBytesMax = lineBytesMax;
    this.#around = new SurroundingLines(context, (bytes) => this.#textOf(bytes).text);
  }

  get scannedBytes(): number {
    return this.#scannedBytes;
  }

  /** How many lines were searched only in their first bytes (`LINE_BYTES_SEARCHED`). */
  get cutLines(): number {
    return this.#cutLines;
  }

  /** The first line that was not searched to its end. */
  get line(): number {
    return this.#line;
  }

  /** Where that line begins. */
  get lineBegin(): Offset {
    return this.#blocks.lineBegin;
  }

  /** Whether `skip` may be called: no lines around matches are wanted. */
  get maySkip(): boolean {
    return this.#matcher.skip !== undefined && this.#context === 0;
  }

  /**
   * Goes past lines that do not match, from `lineBegin` on. The next page begins at the new one.
   * @param fd of a file that has each byte of the log at its offset
   * @returns whether it has to be read from there on; otherwise all lines up to `until` were passed over
   * @throws as `LineMatcher.skip`
   */
  async skip(fd: number, until: Offset, signal: AbortSignal): Promise<boolean> {
    const from = this.lineBegin;
    const skipped = await this.#matcher.skip?.({ fd, from, until }, signal);
    if (skipped === undefined) return true;
    this.#line += skipped.newlines;
    this.#scannedBytes += skipped.offset - from;
    this.#blocks = new LineBlocks(skipped.offset);
    return skipped.isFound;
  }

  /**
   * Yields the lines that match, each once the lines around it are there.
   * @param page follows the one before
   * @throws as `LineMatcher.hits`
   */
  async *push(page: Page, signal: AbortSignal): AsyncGenerator<FoundLine, void> {
    for (const block of this.#blocks.push(page)) yield* this.#search(block, signal);
  }

  /** Yields those whose lines after them have not come yet. */
  *flush(): Generator<FoundLine, void> {
    for (let one = this.#around.takeFirst(); one !== undefined; one = this.#around.takeFirst())
      yield toFound(one);
  }

  /** Searches the unfinished last line as well. */
  async *end(signal: AbortSignal): AsyncGenerator<FoundLine, void> {
    const block = this.#blocks.flush();
    if (block !== undefined) yield* this.#search(block, signal);
    yield* this.flush();
  }

  async *#search(block: LineBlock, signal: AbortSignal): AsyncGenerator<FoundLine, void> {
    const slices = new TimeSlices(signal);
    const { bytes } = block;
    const scannedBefore = this.#scannedBytes;
    let [line, counted] = [this.#line, 0];
    this.#around.beginBlock(bytes);
    for await (const hits of this.#matcher.hits(bytes, signal)) {
      for (const hit of hits) {
        line += countNewlines(bytes.subarray(counted, hit.begin));
        counted = hit.begin;
        this.#scannedBytes = scannedBefore + Math.min(bytes.length, hit.end + 1);
        if (line >= this.#firstLine) this.#around.add(this.#found(block, hit, line), bytes, hit.end + 1);
        yield* this.#complete();
        if (slices.isOver) await slices.next();
      }
    }
    yield* this.#complete();
    this.#around.endBlock(bytes);
    this.#line = line + countNewlines(bytes.subarray(counted));
    this.#scannedBytes = scannedBefore + bytes.length;
    if (block.isCut) this.#cutLines += 1;
  }

  *#complete(): Generator<FoundLine, void> {
    for (let one = this.#around.takeComplete(); one !== undefined; one = this.#around.takeComplete())
      yield toFound(one);
  }

  #found(block: LineBlock, { begin, end, places }: LineHit, line: number): Unfinished {
    const bytes = block.bytes.subarray(begin, end);
    const { text, shown, isCut } = this.#textOf(bytes);
    const offset = advance(block.from, begin);
    const all = places ?? this.#matcher.placesIn(shown, text);
    return {
      line,
      offset,
      at: timeOf(block.times, offset),
      text,
      isCut: isCut || block.isCut,
      places: isCut ? all.filter(([, to]) => to <= text.length) : all,
      before: this.#around.before(block.bytes, begin),
    };
  }

  #textOf(line: Buffer): { readonly text: string; readonly shown: Buffer; readonly isCut: boolean } {
    const isCut = line.length > this.#lineBytesMax;
    const first = isCut ? line.subarray(0, this.#lineBytesMax) : line;
    // A character that is cut is left out.
    const shown = isCut ? first.subarray(0, first.length - incompleteUtf8Length(first)) : first;
    return { text: shown.toString(), shown, isCut };
  }
}

function toFound({ found, after }: AwaitingLines<Unfinished>): FoundLine {
  return { ...found, after };
}
