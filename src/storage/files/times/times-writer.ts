import { KeyedMutex } from '../../../core/scheduling/keyed-mutex';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Layout } from '../disk/layout';
import { writeRecords } from './copy-times';
import type { LogMarks } from './log-marks';
import { encodeMarks } from './mark-records';

/** How many numbers of marks are written before the time comes. Those of 32 MiB, if a log grows fast. */
const GATHERED_MAX = 1_024;
/** How many of them are kept when they cannot be written. */
const UNWRITTEN_MAX = 2 * GATHERED_MAX;
/**
 * For how many intervals the marks of a slow log wait for more of them. To open, write and close a sidecar takes 90 µs, a third of what an
 * append of a line takes: one write per append was a third more.
 */
const INTERVALS_MAX = 32;
/** How many sidecars are written in an interval although they could wait, so that a crash costs a server with few logs hardly a mark. */
const EARLY_WRITES = 8;
const WRITES_AT_ONCE = 2;

interface TimesWriterOptions {
  readonly layout: Layout;
  readonly intervalMs: number;
  /** Called when a sidecar has, or may have, other marks than before. */
  readonly onChanged: (path: string) => void;
  readonly onFailed: (error: unknown, generation: string) => void;
}

/** Writes marks to the sidecars of their logs: those of many appends at once, in the rhythm of the syncs. */
export class TimesWriter {
  /** Logs with marks to write. Those that have waited longest come first. */
  readonly #dirty = new Map<string, LogMarks>();
  /** One write, cut or removal per sidecar at a time. */
  readonly #writes = new KeyedMutex();
  readonly #slots = new Semaphore(WRITES_AT_ONCE);
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: TimesWriterOptions) {}

  /** The marks of a log, if there are some to write. */
  find(generation: string): LogMarks | undefined {
    return this.#dirty.get(generation);
  }

  /** The log has one more mark. */
  gathered(marks: LogMarks): void {
    this.#dirty.set(marks.generation, marks);
    const count = marks.gathered.length;
    // Not with each mark beyond, or a disk that takes none would be asked each time.
    if (count > 0 && count % GATHERED_MAX === 0 && !marks.isWriting) void this.write(marks);
    this.#arm();
  }

  /** Writes the marks of a log now. Never throws. */
  write(marks: LogMarks): Promise<void> {
    return this.#writes.run(marks.generation, () => this.#slots.run(() => this.#write(marks)));
  }

  /** The marks of a log are not to be written any more. A write that is under way goes on. */
  forget(generation: string): void {
    this.#dirty.delete(generation);
  }

  /** Runs `remove` while nothing is written to the sidecar of a log. Its marks are not written any more. */
  async remove(generation: string, remove: () => Promise<void>): Promise<void> {
    this.forget(generation);
    await this.#writes.run(generation, remove);
  }

  /** Writes all marks. No log gets any after this. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writeAll([...this.#dirty.values()]);
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.#onTime(), this.options.intervalMs).unref();
  }

  async #onTime(): Promise<void> {
    await this.#writeAll(this.#due());
    this.#timer = undefined;
    if (this.#dirty.size > 0) this.#arm();
  }

  #due(): LogMarks[] {
    const due: LogMarks[] = [];
    const now = Date.now();
    const waitMs = INTERVALS_MAX * this.options.intervalMs;
    let early = EARLY_WRITES;
    for (const [generation, marks] of this.#dirty) {
      // The log has ended with what its facts say.
      if (!marks.isDirty) this.#dirty.delete(generation);
      else if (marks.isDue(now, waitMs)) due.push(marks);
      else if (early > 0) {
        early -= 1;
        due.push(marks);
      }
    }
    return due;
  }

  async #writeAll(all: readonly LogMarks[]): Promise<void> {
    await Promise.all(all.map((marks) => this.write(marks)));
  }

  async #write(marks: LogMarks): Promise<void> {
    const { generation } = marks;
    // It was removed.
    if (!this.#dirty.has(generation)) return;
    const { layout, onChanged, onFailed } = this.options;
    const path = layout.timesOf(generation);
    marks.takeOwed();
    const { gathered, records } = marks;
    const count = gathered.length;
    marks.isWriting = true;
    try {
      if (count > 0) await writeRecords(path, records, encodeMarks(gathered));
      marks.written(count);
    } catch (error) {
      marks.forgetOldest(UNWRITTEN_MAX);
      onFailed(error, generation);
    }
    marks.isWriting = false;
    onChanged(path);
    // Behind the others, so that one that cannot be written does not keep them waiting.
    if (this.#dirty.delete(generation) && marks.isDirty) this.#dirty.set(generation, marks);
  }
}
