import { existsSync, statSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { messageOf } from '../../../core/log/errors';
import type { LogState } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { Warn } from '../../../core/store/warnings';
import { isDiskFull } from '../../../lmdb/failures';
import { isMissing, isOpenFailure } from '../disk/failures';
import { unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import { copyTimes } from './copy-times';
import { LogMarks, NO_MARKS, type TimesFileEnd } from './log-marks';
import { RECORD_BYTES } from './mark-records';
import { readTimes, searchTime } from './read-times';
import { RecentTimes } from './recent-times';
import { byEnd, TimesFile } from './times-file';
import { type TimedLog, type TimesView, viewOf } from './times-view';
import { TimesWriter } from './times-writer';

const WARNING_PAUSE_MS = 60_000;

/**
 * When the bytes of all logs were stored. Each log has a sidecar of marks; those that come are gathered before they are
 * written. A failure never concerns a log: only marks are lost, and the bytes have the time of the next one.
 */
export class LogTimes {
  readonly #recent = new RecentTimes();
  readonly #writer: TimesWriter;
  /** One for all logs. */
  readonly #onGathered = (marks: LogMarks): void => this.#writer.gathered(marks);
  /** By the process's own clock, which is not set. */
  #silentUntil = 0;

  constructor(
    private readonly layout: Layout,
    intervalMs: number,
    private readonly warn: Warn,
  ) {
    this.#writer = new TimesWriter({
      layout,
      intervalMs,
      onChanged: (path) => this.#recent.forget(path),
      onFailed: (error, generation) => this.#report(error, generation),
    });
  }

  /** The marks of a log that is about to get bytes. Called in its turn. Reads a file only if an earlier life of the log left one. */
  of(log: TimedLog): LogMarks | Promise<LogMarks> {
    const { generation, tail, updatedAt } = log;
    const known = this.#known(log);
    if (known === undefined && tail > START && this.#recordsOf(generation) > 0) return this.#load(log);
    log.marks = known ?? this.#marksOf(log, NO_MARKS, updatedAt);
    return log.marks;
  }

  /** Called in the log's turn, before its facts get another `updatedAt` without new bytes. */
  async settle(
    log: TimedLog,
    after: { readonly updatedAt: number; readonly state: LogState },
  ): Promise<void> {
    if (log.tail === START) return;
    if (after.updatedAt === log.updatedAt) {
      if (after.state === 'closed') this.finish(log);
      return;
    }
    const marks = await this.of(log);
    if (after.state === 'closed') marks.settleEnd(after.updatedAt);
    else marks.settle(after.updatedAt);
    if (marks.isDirty) void this.#writer.write(marks);
  }

  /** The log ended with its last append. */
  finish({ marks, updatedAt }: TimedLog): void {
    marks?.settleEnd(updatedAt);
    if (marks?.isDirty) void this.#writer.write(marks);
  }

  /** The marks of the bytes in `[from, until)`. */
  read(log: TimedLog, from: Offset, until: Offset): Promise<readonly TimeMark[]> {
    return this.#reading(log, from, (view) => readTimes(view, from, until, this.#recent));
  }

  /** Where the first byte is that was stored at `at` or later; the tail if there is none. */
  async search(log: TimedLog, at: number): Promise<Offset> {
    const { tail } = log;
    const found = await this.#reading(log, START, (view) => searchTime(view, at));
    // The sidecar of a log that lost its tail is cut by the next append.
    return advance(START, Math.min(found, tail));
  }

  /** Gives a fork the times of the first `bytes` of its source. Never throws. */
  async copy(source: TimedLog, bytes: Offset, fork: string): Promise<void> {
    const to = this.layout.timesOf(fork);
    await copyTimes(this.#view(source, START), bytes, to).catch(async (error) => {
      // The source was removed meanwhile, with its sidecar.
      if (!isMissing(error)) this.#report(error, fork);
      await unlinkIfExists(to).catch(() => {});
    });
  }

  /** Called in the log's turn, when its tail has become an earlier one. Never throws. */
  async cut(log: TimedLog): Promise<void> {
    const marks = this.#known(log);
    if (marks !== undefined) await this.#writer.write(marks);
    this.#writer.forget(log.generation);
    this.#recent.forget(this.layout.timesOf(log.generation));
    log.marks = undefined;
    if (this.#recordsOf(log.generation) > 0) await this.#load(log);
  }

  /** Removes what a log has beside its bytes. */
  async remove(generation: string): Promise<void> {
    await this.#writer.remove(generation, async () => {
      this.#recent.forget(this.layout.timesOf(generation));
      // Looked for first, which costs a tenth: most logs have none.
      for (const path of this.layout.sidecarsOf(generation)) if (existsSync(path)) await unlinkIfExists(path);
    });
  }

  /** Writes all marks. No log gets any after this. */
  async close(): Promise<void> {
    await this.#writer.close();
  }

  #known({ marks, generation }: TimedLog): LogMarks | undefined {
    return marks ?? this.#writer.find(generation);
  }

  #view(log: TimedLog, from: Offset): TimesView {
    return viewOf(this.layout.timesOf(log.generation), log, this.#known(log), from);
  }

  /** A sidecar that cannot be read counts as not there. */
  async #reading<T>(log: TimedLog, from: Offset, action: (view: TimesView) => Promise<T>): Promise<T> {
    const view = this.#view(log, from);
    try {
      return await action(view);
    } catch (error) {
      this.#report(error, log.generation);
      return action({ ...view, records: 0 });
    }
  }

  #marksOf({ generation, tail }: TimedLog, file: TimesFileEnd, at: number): LogMarks {
    return new LogMarks({ generation, file, tail, at }, this.#onGathered);
  }

  /** How many records a sidecar has. Synchronous, which costs two microseconds: most logs have none. */
  #recordsOf(generation: string): number {
    try {
      const found = statSync(this.layout.timesOf(generation), { throwIfNoEntry: false });
      return Math.floor((found?.size ?? 0) / RECORD_BYTES);
    } catch (error) {
      this.#report(error, generation);
      return 0;
    }
  }

  /** Cuts off marks beyond the tail: the bytes that they belong to are lost. */
  async #load(log: TimedLog): Promise<LogMarks> {
    const { generation, tail, updatedAt } = log;
    const path = this.layout.timesOf(generation);
    try {
      const found = await TimesFile.use(path, tail + 1, async (file) => {
        const beyond = await file.first(byEnd, tail + 1);
        const last = await file.lastBefore(beyond?.index ?? file.records);
        return { beyond, last };
      });
      const { beyond, last } = found ?? {};
      const end = last === undefined ? NO_MARKS : { records: last.index + 1, last: last.mark };
      log.marks = this.#marksOf(log, end, beyond?.mark.at ?? updatedAt);
      if (beyond !== undefined) await truncate(path, end.records * RECORD_BYTES);
      this.#recent.forget(path);
    } catch (error) {
      this.#report(error, generation);
      // Behind what is there, which may be readable again later.
      const records = this.#recordsOf(generation);
      log.marks ??= this.#marksOf(log, { ...NO_MARKS, records }, updatedAt);
    }
    return log.marks;
  }

  /** Once in a while: one bad file of many fails with each write. */
  #report(error: unknown, generation: string): void {
    const now = performance.now();
    if (now < this.#silentUntil || isReportedByAppends(error)) return;
    this.#silentUntil = now + WARNING_PAUSE_MS;
    const file = this.layout.timesOf(generation);
    this.warn(`The times of a stream cannot be kept: ${messageOf(error)}`, { error, file });
  }
}

/** Producers get the error of a full disk themselves, but not if it has room for bytes and none for new files. */
function isReportedByAppends(error: unknown): boolean {
  return isDiskFull(error) && !isOpenFailure(error);
}
