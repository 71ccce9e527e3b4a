import { incompleteUtf8Length } from '../bytes/utf8';
import { countNewlines } from '../lines/newlines';
import { advance, type Offset } from '../log/offset';
import { timeOf } from '../log/time-mark';
import { TimeSlices } from '../scheduling/time-slices';
import type { Page } from '../store/store';
import type { FileSpan } from './file-job';
import { FoundBatch } from './found-batch';
import type { FoundLine } from './found-line';
import { type LineBlock, LineBlocks } from './line-blocks';
import type { LineHit, LineMatcher } from './line-matcher';
import { type AwaitingLines, SurroundingLines } from './surrounding-lines';

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
  /** Nothing is yielded: lines that match are only counted, from `line` on. */
  readonly countsOnly?: boolean;
}

type Unfinished = Omit<FoundLine, 'after'>;

/** One search through a log, page by page. Memory is bounded: a page, one line, and the lines around those that were found last. */
export class LogSearch {
  readonly #matcher: LineMatcher;
  readonly #context: number;
  #blocks: LineBlocks;
  readonly #around: SurroundingLines<Unfinished>;
  readonly #from: Offset;
  readonly #firstLine: number;
  readonly #lineBytesMax: number;
  /** The number of the first line of the block. */
  #line: number;
  #scannedBytes = 0;
  #cutLines = 0;
  readonly #countsOnly: boolean;
  #matches = 0;

  constructor({ matcher, from, line, firstLine = line, context = 0, ...options }: LogSearchOptions) {
    this.#matcher = matcher;
    this.#blocks = new LineBlocks(from);
    this.#from = from;
    this.#context = context;
    this.#line = line;
    this.#firstLine = firstLine;
    this.#lineBytesMax = options.lineBytesMax;
    this.#countsOnly = options.countsOnly === true;
    this.#around = new SurroundingLines(context, (bytes) => this.#textOf(bytes).text);
  }

  get scannedBytes(): number {
    return this.#scannedBytes;
  }

  /** How many bytes were searched up to the end of a line that was found. What follows it may have been searched already. */
  scannedBytesAt({ end }: Pick<FoundLine, 'end'>): number {
    return Math.min(this.#scannedBytes, end - this.#from);
  }

  /** How many lines were searched only in their first bytes (`LINE_BYTES_SEARCHED`). */
  get cutLines(): number {
    return this.#cutLines;
  }

  /** How many lines match, if they are only counted. */
  get matches(): number {
    return this.#matches;
  }

  /** The first line that was not searched to its end. Lines have no numbers where matches are only counted. */
  get line(): number {
    return this.#line;
  }

  /** Where that line begins. */
  get lineBegin(): Offset {
    return this.#blocks.lineBegin;
  }

  /** Whether `skip` may be called: no lines around matches are wanted. */
  get maySkip(): boolean {
    return this.#countsOnly
      ? this.#matcher.count !== undefined
      : this.#matcher.skip !== undefined && this.#context === 0;
  }

  /**
   * Goes past lines that do not match, from `lineBegin` on, or past all lines if they are only counted. The next page begins at the new one.
   * @param fd of a file that has each byte of the log at its offset
   * @returns whether it has to be read from there on; otherwise all lines up to `until` were passed over
   * @throws as `LineMatcher.skip`
   */
  async skip(fd: number, until: Offset, signal: AbortSignal): Promise<boolean> {
    const from = this.lineBegin;
    if (this.#countsOnly) return this.#countInFile({ fd, from, until }, signal);
    const skipped = await this.#matcher.skip?.({ fd, from, until }, signal);
    if (skipped === undefined) return true;
    this.#line += skipped.newlines;
    this.#scannedBytes += skipped.offset - from;
    this.#blocks = new LineBlocks(skipped.offset);
    return skipped.isFound;
  }

  async #countInFile(span: FileSpan, signal: AbortSignal): Promise<boolean> {
    const counted = await this.#matcher.count?.(span, signal);
    if (counted === undefined) return true;
    this.#matches += counted.matches;
    this.#scannedBytes += counted.offset - span.from;
    this.#blocks = new LineBlocks(counted.offset);
    return counted.isStuck;
  }

  /**
   * Yields the lines that match, each once the lines around it are there: together those that are found in one step.
   * @param page follows the one before
   * @throws as `LineMatcher.hits`
   */
  async *push(page: Page, signal: AbortSignal): AsyncGenerator<readonly FoundLine[], void> {
    for (const block of this.#blocks.push(page)) yield* this.#search(block, signal);
  }

  /** Yields those whose lines after them have not come yet. */
  flush(): readonly FoundLine[] {
    const rest: FoundLine[] = [];
    for (let one = this.#around.takeFirst(); one !== undefined; one = this.#around.takeFirst())
      rest.push(toFound(one));
    return rest;
  }

  /** Searches the unfinished last line as well. */
  async *end(signal: AbortSignal): AsyncGenerator<readonly FoundLine[], void> {
    const block = this.#blocks.flush();
    if (block !== undefined) yield* this.#search(block, signal);
    const rest = this.flush();
    if (rest.length > 0) yield rest;
  }

  async *#search(block: LineBlock, signal: AbortSignal): AsyncGenerator<readonly FoundLine[], void> {
    if (this.#countsOnly) await this.#count(block, signal);
    else yield* this.#find(block, signal);
    if (block.isCut) this.#cutLines += 1;
  }

  async #count({ bytes }: LineBlock, signal: AbortSignal): Promise<void> {
    for await (const hits of this.#matcher.hits(bytes, signal)) this.#matches += hits.length;
    this.#scannedBytes += bytes.length;
  }

  async *#find(block: LineBlock, signal: AbortSignal): AsyncGenerator<readonly FoundLine[], void> {
    const slices = new TimeSlices(signal);
    const { bytes } = block;
    const scannedBefore = this.#scannedBytes;
    let [line, counted] = [this.#line, 0];
    const batch = new FoundBatch();
    this.#around.beginBlock(bytes);
    for await (const hits of this.#matcher.hits(bytes, signal)) {
      for (const hit of hits) {
        line += countNewlines(bytes.subarray(counted, hit.begin));
        counted = hit.begin;
        this.#scannedBytes = scannedBefore + Math.min(bytes.length, hit.end + 1);
        if (line >= this.#firstLine) this.#around.add(this.#found(block, hit, line), bytes, hit.end + 1);
        this.#addComplete(batch);
        if (batch.isFull) yield batch.take();
        if (slices.isOver) await slices.next();
      }
      // The next step may take long.
      if (!batch.isEmpty) yield batch.take();
    }
    this.#addComplete(batch);
    if (!batch.isEmpty) yield batch.take();
    this.#around.endBlock(bytes);
    this.#line = line + countNewlines(bytes.subarray(counted));
    this.#scannedBytes = scannedBefore + bytes.length;
  }

  #addComplete(batch: FoundBatch): void {
    for (let one = this.#around.takeComplete(); one !== undefined; one = this.#around.takeComplete())
      batch.add(toFound(one));
  }

  #found(block: LineBlock, { begin, end, places }: LineHit, line: number): Unfinished {
    const bytes = block.bytes.subarray(begin, end);
    const { text, shown, isCut } = this.#textOf(bytes);
    const offset = advance(block.from, begin);
    const all = places ?? this.#matcher.placesIn(shown, text);
    return {
      line,
      offset,
      end: advance(block.from, Math.min(end + 1, block.bytes.length)),
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
