import { advance, type Offset, START } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';

/** A window is closed by the next append once it is this old (milliseconds), or has this many bytes. */
export const WINDOW_MS = 250;
export const WINDOW_BYTES = 64 << 10;

/** How many numbers of marks are worth a write of their own. They take 600 bytes. */
const WRITTEN_TOGETHER = 64;

/** Where a log's sidecar ends. */
export interface TimesFileEnd {
  readonly records: number;
  /** The last mark in it. */
  readonly last: TimeMark;
}

/** What is known of a log's times when it is opened. */
interface KnownTimes {
  readonly generation: string;
  readonly file: TimesFileEnd;
  /** Where the log ends. */
  readonly tail: Offset;
  /** When the bytes behind the file's last mark were stored, as far as that is known. */
  readonly at: number;
}

export const NO_MARKS: TimesFileEnd = { records: 0, last: { end: START, at: 0 } };

/**
 * The times of a log's newest bytes: marks that are not in its sidecar yet, and behind them the open window, whose bytes have the time of
 * the last append. So a slow log has the exact time of each append, and a fast one a mark every 64 KiB or 250 ms.
 */
export class LogMarks {
  /** End, time, end, time, … Numbers, because an append must not allocate. */
  #gathered: number[] = [];
  /** When the first gathered window began. */
  #oldest = 0;
  #from: Offset;
  #began: number;
  #end: Offset;
  #at: number;
  /** The facts do not have the time of the window, because the clock was set back. */
  #isOwed = false;
  /** The gathered marks are being written. */
  isWriting = false;

  readonly generation: string;
  #file: TimesFileEnd;

  /** @param onGathered called when there is something to write, and then again with each mark */
  constructor(
    { generation, file, tail, at }: KnownTimes,
    private readonly onGathered: (marks: LogMarks) => void,
  ) {
    this.generation = generation;
    this.#file = file;
    this.#from = file.last.end;
    this.#end = tail;
    this.#at = tail > file.last.end ? Math.max(at, file.last.at) : file.last.at;
    // What is known of these bytes is no more exact than a window: they must not share one with the next append.
    this.#began = this.#at - WINDOW_MS;
  }

  get records(): number {
    return this.#file.records;
  }

  get gathered(): readonly number[] {
    return this.#gathered;
  }

  /** Whether there is something to write. */
  get isDirty(): boolean {
    return this.#isOwed || this.#gathered.length > 0;
  }

  /** Whether it should be written now. Otherwise more may be gathered, until the oldest is `waitMs` old. */
  isDue(now: number, waitMs: number): boolean {
    const age = now - this.#oldest;
    return this.#isOwed || this.#gathered.length >= WRITTEN_TOGETHER || age < 0 || age >= waitMs;
  }

  /** An append was stored, and the log ends at `end` now. @returns its time, which is never earlier than the one before */
  note(end: Offset, now: number): number {
    if (now < this.#at) this.#owe();
    const at = Math.max(now, this.#at);
    if (this.#end === this.#from) this.#began = at;
    else if (at - this.#began >= WINDOW_MS || this.#end - this.#from >= WINDOW_BYTES) this.#close(at);
    this.#end = end;
    this.#at = at;
    return at;
  }

  /** The facts are about to have `updatedAt`, which says enough of the newest bytes if it is near. Otherwise they get a mark. */
  settle(updatedAt: number): void {
    if (!this.#isNear(updatedAt, this.#began)) this.pin();
  }

  /** The log ends. Marks of the last moments need not be written, so that most short logs have no sidecar. */
  settleEnd(updatedAt: number): void {
    if (this.#gathered.length > 0 && this.#isNear(updatedAt, this.#oldest) && !this.isWriting) {
      this.#gathered = [];
      this.#from = this.#file.last.end;
      this.#began = this.#oldest;
    } else this.settle(updatedAt);
  }

  /** Closes the window. */
  pin(): void {
    this.#isOwed = false;
    if (this.#end > this.#from) this.#close(this.#at);
  }

  /** What to write now, if the clock was set back with a mark for the window. */
  takeOwed(): void {
    if (this.#isOwed) this.pin();
  }

  /** The first `count` of the gathered numbers are in the file. */
  written(count: number): void {
    if (count === 0) return;
    const [end = 0, at = 0] = this.#gathered.slice(count - 2, count);
    this.#file = { records: this.records + count / 2, last: { end: advance(START, end), at } };
    this.#gathered = this.#gathered.slice(count);
  }

  /** Forgets the oldest marks, so that their bytes have the time of the next one. For a disk that takes none. */
  forgetOldest(kept: number): void {
    if (this.#gathered.length > kept) this.#gathered = this.#gathered.slice(-kept);
  }

  /** The marks that end after `from` and are not in the file, or were not a moment ago. */
  after(from: Offset): TimeMark[] {
    const marks: TimeMark[] = [];
    for (let i = 0; i < this.#gathered.length; i += 2) {
      const [end = 0, at = 0] = [this.#gathered[i], this.#gathered[i + 1]];
      if (end > from) marks.push({ end: advance(START, end), at });
    }
    if (this.#end > this.#from && this.#end > from) marks.push({ end: this.#end, at: this.#at });
    return marks;
  }

  #isNear(updatedAt: number, began: number): boolean {
    return !this.#isOwed && updatedAt >= this.#at && updatedAt - began <= WINDOW_MS;
  }

  #close(began: number): void {
    if (this.#gathered.length === 0) this.#oldest = this.#began;
    this.#gathered.push(this.#end, this.#at);
    this.#from = this.#end;
    this.#began = began;
    this.onGathered(this);
  }

  #owe(): void {
    this.#isOwed = true;
    this.onGathered(this);
  }
}
