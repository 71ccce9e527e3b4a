import { countNewlines } from '../core/lines/newlines';
import { advance } from '../core/log/offset';
import { timeOf } from '../core/log/time-mark';
import type { LineBlock } from '../core/search/line-blocks';
import type { LineHit, LineMatcher } from '../core/search/line-matcher';
import { type AwaitingLines, SurroundingLines } from '../core/search/surrounding-lines';
import { lineText } from './line-text';
import type { DigestLine, ErrorLine } from './log-digest';

/** How many errors are kept of the first, and of the last. */
const ERRORS_KEPT = 5;

/** How many lines before and after an error. */
const LINES_AROUND = 3;

interface Unfinished extends DigestLine {
  /** How many errors come before it. */
  readonly number: number;
  readonly before: readonly string[];
}

/** The first and the last lines of a log that report errors. Of a block only those become text that may be among them. */
export class ErrorLines {
  #around = newSurroundings();
  readonly #first: ErrorLine[] = [];
  #last: readonly ErrorLine[] = [];
  #count = 0;

  constructor(private readonly matcher: LineMatcher) {}

  get count(): number {
    return this.#count;
  }

  get first(): readonly ErrorLine[] {
    return this.#first;
  }

  /** Those that are not among the first. */
  get last(): readonly ErrorLine[] {
    return this.#last;
  }

  /**
   * @param block follows the one before, or begins somewhere behind it
   * @param line the number of its first line
   * @throws as `LineMatcher.hits`
   */
  async push(block: LineBlock, line: number, signal: AbortSignal): Promise<void> {
    this.#around.beginBlock(block.bytes);
    const before = this.#count;
    const kept = await this.#search(block.bytes, signal);
    let [at, counted] = [line, 0];
    for (const { hit, number } of kept) {
      at += countNewlines(block.bytes.subarray(counted, hit.begin));
      counted = hit.begin;
      this.#around.add(this.#unfinished(block, hit, at, before + number), block.bytes, hit.end + 1);
    }
    for (let one = this.#around.takeComplete(); one !== undefined; one = this.#around.takeComplete())
      this.#keep(one);
    this.#around.endBlock(block.bytes);
  }

  /** The lines that follow are not next to those so far. */
  flush(): void {
    for (let one = this.#around.takeFirst(); one !== undefined; one = this.#around.takeFirst())
      this.#keep(one);
    this.#around = newSurroundings();
  }

  /** The hits of a block that may be among the first or the last of the log, and how many of the block come before each. */
  async #search(bytes: Buffer, signal: AbortSignal): Promise<readonly NumberedHit[]> {
    const before = this.#count;
    const first: NumberedHit[] = [];
    let last: readonly NumberedHit[] = [];
    for await (const hits of this.matcher.hits(bytes, signal)) {
      const known = this.#count - before;
      const firstMissing = Math.max(0, ERRORS_KEPT - this.#count);
      const numbered = (hit: LineHit, index: number): NumberedHit => ({ hit, number: known + index });
      first.push(...hits.slice(0, firstMissing).map(numbered));
      const from = Math.max(firstMissing, hits.length - ERRORS_KEPT);
      const later = hits.slice(from).map((hit, index) => numbered(hit, from + index));
      last = [...last, ...later].slice(-ERRORS_KEPT);
      this.#count += hits.length;
    }
    return [...first, ...last];
  }

  #unfinished(
    { bytes, from, times, isCut }: LineBlock,
    hit: LineHit,
    line: number,
    number: number,
  ): Unfinished {
    const { text, isCut: isTextCut } = lineText(bytes.subarray(hit.begin, hit.end));
    const at = timeOf(times, advance(from, hit.begin));
    return {
      line,
      at,
      text,
      isCut: isTextCut || isCut,
      number,
      before: this.#around.before(bytes, hit.begin),
    };
  }

  #keep({ found: { number, ...found }, after }: AwaitingLines<Unfinished>): void {
    if (number < ERRORS_KEPT) this.#first.push({ ...found, after });
    else this.#last = [...this.#last, { ...found, after }].slice(-ERRORS_KEPT);
  }
}

interface NumberedHit {
  readonly hit: LineHit;
  readonly number: number;
}

function newSurroundings(): SurroundingLines<Unfinished> {
  return new SurroundingLines(LINES_AROUND, (bytes) => lineText(bytes).text);
}
