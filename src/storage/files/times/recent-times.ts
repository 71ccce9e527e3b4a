import { LRUCache } from 'lru-cache';
import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { TimesView } from './times-view';

/** How many logs are read page by page at the same time. Each holds the marks of a page, and those of 16 MiB if the log grew fast. */
const RECENT_MAX = 32;

/** Marks of a sidecar that follow each other. */
export interface MarksRun {
  readonly marks: readonly TimeMark[];
  /** The last mark of the sidecar is among them. */
  readonly isEnd: boolean;
}

interface RecentRun extends MarksRun {
  readonly from: Offset;
  readonly records: number;
}

/** The marks that were read last. A reader takes one page after the other, and the marks of the next page are in the same block. */
export class RecentTimes {
  readonly #runs = new LRUCache<string, RecentRun>({ max: RECENT_MAX });
  #forgotten = 0;

  /** The marks of the bytes in `[from, until)`, and more. @param read what to do if they were not read recently */
  async read(
    { path, records }: TimesView,
    from: Offset,
    until: Offset,
    read: () => Promise<MarksRun>,
  ): Promise<MarksRun> {
    const recent = this.#runs.get(path);
    if (recent !== undefined && recent.records === records && recent.from <= from) {
      if (recent.isEnd || (recent.marks.at(-1)?.end ?? 0) >= until) return recent;
    }
    const before = this.#forgotten;
    const run = await read();
    // The sidecar may have been cut, or written to, since.
    if (this.#forgotten === before) this.#runs.set(path, { ...run, from, records });
    return run;
  }

  /** The sidecar has other marks now. */
  forget(path: string): void {
    this.#forgotten += 1;
    this.#runs.delete(path);
  }
}
