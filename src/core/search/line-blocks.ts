import { concatChunks } from '../bytes/concat-chunks';
import { sizeOf } from '../bytes/size-of';
import { advance, type Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';
import type { Page } from '../store/store';

const LF = 0x0a;
const NEWLINE = Buffer.of(LF);
const NOTHING = Buffer.alloc(0);

/** How many bytes of a line are searched. The rest of a longer line is passed over, and the answer of a search counts such lines. */
export const LINE_BYTES_SEARCHED = 1024 * 1024;

/** Whole lines of a log, each with its newline, except an unfinished last line of the log. */
export interface LineBlock {
  /** They hold until the next page is pushed. */
  readonly bytes: Buffer;
  readonly from: Offset;
  /** As `Page.times`. */
  readonly times: readonly TimeMark[];
  /** It is one line without its rest, which is not searched. */
  readonly isCut: boolean;
}

/** Cuts pages into blocks of whole lines. Only a line that a page does not finish is copied. */
export class LineBlocks {
  /** Its first `#used` bytes are the unfinished line, or the beginning of it. */
  #kept = NOTHING;
  #used = 0;
  #keptFrom: Offset;
  #keptTimes: readonly TimeMark[] = [];
  #isCut = false;

  constructor(from: Offset) {
    this.#keptFrom = from;
  }

  /** Where the line begins that comes after the blocks so far. */
  get lineBegin(): Offset {
    return this.#keptFrom;
  }

  *push({ chunks, next, times = [] }: Page): Generator<LineBlock, void> {
    const bytes = concatChunks(chunks);
    const from = advance(next, -sizeOf(chunks));
    const last = bytes.lastIndexOf(LF);
    let begin = 0;
    if (last >= 0 && this.#used > 0) {
      begin = bytes.indexOf(LF) + 1;
      this.#keep(bytes.subarray(0, begin - 1));
      yield this.#takeKept(NEWLINE);
    }
    const after = advance(from, last + 1);
    if (last >= 0) this.#keptFrom = after;
    if (last >= begin)
      yield { bytes: bytes.subarray(begin, last + 1), from: advance(from, begin), times, isCut: false };
    const rest = bytes.subarray(last + 1);
    if (rest.length === 0) return;
    if (this.#used === 0) this.#keptTimes = times.filter(({ end }) => end > this.#keptFrom).slice(0, 1);
    this.#keep(rest);
  }

  /** The unfinished line, when nothing more will come. */
  flush(): LineBlock | undefined {
    return this.#used > 0 ? this.#takeKept(NOTHING) : undefined;
  }

  #takeKept(end: Buffer): LineBlock {
    const [from, isCut] = [this.#keptFrom, this.#isCut];
    const bytes = Buffer.concat([this.#kept.subarray(0, this.#used), end]);
    const at = this.#keptTimes[0]?.at;
    const times = at === undefined ? [] : [{ end: advance(from, bytes.length), at }];
    this.#kept = NOTHING;
    this.#used = 0;
    this.#isCut = false;
    return { bytes, from, times, isCut };
  }

  /** Doubling keeps a line of single bytes cheap. */
  #keep(bytes: Buffer): void {
    const room = LINE_BYTES_SEARCHED - this.#used;
    if (bytes.length > room) this.#isCut = true;
    const more = bytes.subarray(0, room);
    const used = this.#used + more.length;
    if (used > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(used, Math.min(2 * used, LINE_BYTES_SEARCHED)));
      this.#kept.copy(grown, 0, 0, this.#used);
      this.#kept = grown;
    }
    more.copy(this.#kept, this.#used);
    this.#used = used;
  }
}
