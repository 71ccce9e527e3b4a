import { readToTail } from '../core/follow/read-to-tail';
import { countNewlines } from '../core/lines/newlines';
import type { LogInfo } from '../core/log/log';
import { advance, type Offset, START } from '../core/log/offset';
import { type LineBlock, LineBlocks } from '../core/search/line-blocks';
import type { LineMatcher } from '../core/search/line-matcher';
import { SearchTooCostly } from '../core/search/search-errors';
import type { LogStore, Page } from '../core/store/store';
import { ErrorLines } from './error-lines';
import { FoldTimes } from './fold-times';
import { Silences } from './silences';

/** How much of a log is read. Of a larger one, only errors at its end are known beyond that. */
const SCANNED_BYTES_MAX = 1024 * 1024 * 1024;

/** How much at the end of a log is searched for errors if the first pass did not get there. */
const END_BYTES = 8 * 1024 * 1024;

/** What a scan reads from. */
export interface ScannedLog {
  readonly store: LogStore;
  readonly info: LogInfo;
  /** Runs each read of a page, when it is due. */
  readonly limitRead: (read: () => Promise<Page>) => Promise<Page>;
}

/** Where a line begins, and its number. */
interface LineStart {
  readonly line: number;
  readonly offset: Offset;
}

/** One pass over a log: errors, folds and silences. Each expression may run out of its time: the rest of the log is then read without it. */
export class DigestScan {
  readonly errors: ErrorLines;
  readonly folds: FoldTimes;
  readonly silences = new Silences();
  readonly #errorMatcher: LineMatcher;
  #line = 1;
  /** Where the expression for errors ran out of time. */
  #errorsEndAt: Offset | undefined;
  #foldsAreOver = false;
  #ranOutOfTime = false;

  constructor(
    private readonly log: ScannedLog,
    errorMatcher: LineMatcher,
    foldMatcher: LineMatcher,
  ) {
    this.#errorMatcher = errorMatcher;
    this.errors = new ErrorLines(errorMatcher);
    this.folds = new FoldTimes(foldMatcher);
  }

  /** Whether all of the log was looked at for everything. */
  get isComplete(): boolean {
    return this.#errorsEndAt === undefined && !this.#foldsAreOver && !this.folds.isFull;
  }

  /** Whether an expression took too much time, as it need not on a machine with less to do. */
  get ranOutOfTime(): boolean {
    return this.#ranOutOfTime;
  }

  /** @throws as `readToTail`; ExpressionInvalid */
  async run(signal: AbortSignal): Promise<void> {
    const { tail } = this.log.info;
    const until = advance(START, Math.min(tail, SCANNED_BYTES_MAX));
    const blocks = new LineBlocks(START);
    for await (const page of this.#pages(START, until, signal)) {
      this.silences.push(page.times ?? []);
      for (const block of blocks.push(page)) await this.#scan(block, signal);
      page.release?.();
    }
    const rest = blocks.flush();
    if (rest !== undefined) await this.#scan(rest, signal);
    if (until < tail) {
      this.#errorsEndAt ??= until;
      this.#foldsAreOver = true;
    }
  }

  /**
   * Searches the end of the log for errors, if the pass before has not: the last ones are worth the most.
   * @param lineFrom finds the first line that begins at an offset or behind it
   */
  async runAtEnd(
    lineFrom: (offset: Offset) => Promise<LineStart | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#errorsEndAt !== undefined) {
      const { tail } = this.log.info;
      const from = await lineFrom(advance(START, Math.max(this.#errorsEndAt, tail - END_BYTES)));
      if (from !== undefined) await this.#searchEnd(from, signal);
    }
    this.errors.flush();
  }

  async #searchEnd({ line, offset }: LineStart, signal: AbortSignal): Promise<void> {
    this.errors.flush();
    this.#errorMatcher.renew();
    await this.#unlessTooCostly(() => this.#searchFrom(line, offset, signal));
  }

  async #searchFrom(line: number, offset: Offset, signal: AbortSignal): Promise<void> {
    let at = line;
    const blocks = new LineBlocks(offset);
    const search = async (block: LineBlock): Promise<void> => {
      await this.errors.push(block, at, signal);
      at += countNewlines(block.bytes);
    };
    for await (const page of this.#pages(offset, this.log.info.tail, signal)) {
      for (const block of blocks.push(page)) await search(block);
      page.release?.();
    }
    const rest = blocks.flush();
    if (rest !== undefined) await search(rest);
  }

  #pages(from: Offset, until: Offset, signal: AbortSignal): AsyncGenerator<Page, void> {
    const { store, info, limitRead } = this.log;
    return readToTail(store, info, from, signal, { until, withTimes: true, limitRead });
  }

  async #scan(block: LineBlock, signal: AbortSignal): Promise<void> {
    if (this.#errorsEndAt === undefined)
      await this.#unlessTooCostly(
        () => this.errors.push(block, this.#line, signal),
        () => {
          this.#errorsEndAt = block.from;
        },
      );
    if (!this.#foldsAreOver && !this.folds.isFull)
      await this.#unlessTooCostly(
        () => this.folds.push(block, this.#line, signal),
        () => {
          this.#foldsAreOver = true;
        },
      );
    this.#line += countNewlines(block.bytes);
  }

  async #unlessTooCostly(work: () => Promise<void>, otherwise?: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SearchTooCostly)) throw error;
      this.#ranOutOfTime = true;
      otherwise?.();
    }
  }
}
