import { sizeOf } from '../bytes/size-of';
import { advance, type Offset, START } from '../log/offset';
import type { TimeMark } from '../log/time-mark';
import { type BytesNews, timesOf } from '../store/news';

/** More bytes are not joined: readers encode news at once, and have 64 KiB per turn for that. */
const BYTES_MAX = 32 * 1024;
/** Single bytes cost more than their size. */
const CHUNKS_MAX = 1_024;

/** News of bytes that follow each other, to be delivered as one. */
export class JoinedNews {
  readonly #parts: BytesNews[] = [];
  #next: Offset = START;
  #bytes = 0;
  #chunks = 0;

  /** @returns false if the news cannot be added: they do not follow, the log ends with them, or it would be too much */
  add(news: BytesNews): boolean {
    const bytes = this.#bytes + sizeOf(news.chunks);
    const chunks = this.#chunks + news.chunks.length;
    const follows = this.#parts.length === 0 || news.from === this.#next;
    if (!follows || news.end !== undefined || bytes > BYTES_MAX || chunks > CHUNKS_MAX) return false;
    this.#parts.push(news);
    this.#next = advance(news.from, sizeOf(news.chunks));
    this.#bytes = bytes;
    this.#chunks = chunks;
    return true;
  }

  /** All that were added as one. `undefined`: none were. */
  get news(): BytesNews | undefined {
    const [first] = this.#parts;
    const last = this.#parts.at(-1);
    if (first === undefined || last === first || last === undefined) return first;
    const chunks = this.#parts.flatMap((part) => part.chunks);
    return { kind: 'bytes', from: first.from, chunks, at: last.at, times: this.#times() };
  }

  /** Bytes of one millisecond have one mark. */
  #times(): TimeMark[] {
    const times: TimeMark[] = [];
    for (const part of this.#parts) {
      for (const mark of timesOf(part, advance(part.from, sizeOf(part.chunks)))) {
        if (times.at(-1)?.at === mark.at) times.pop();
        times.push(mark);
      }
    }
    return times;
  }
}
