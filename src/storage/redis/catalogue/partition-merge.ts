import type { LogId } from '../../../core/log/log-id';
import { ALL_PARTITIONS, PARTITIONS, type Partition } from '../../../redis/partitions';

/** A log in the order of creation. Its key is also the cursor of a page that ends with it. */
export interface CatalogueEntry {
  /** 13 digits of milliseconds, a colon and the generation. */
  readonly key: string;
  readonly id: LogId;
}

/** Consecutive entries of one partition, newest first. */
interface PartitionPage {
  readonly entries: readonly CatalogueEntry[];
  /** Where the next page begins; absent after the last entry. */
  readonly cursor?: string;
}

/** Reads the entries after `after`: about `wanted` of them, if there are so many. */
export type ReadPartitionPage = (
  partition: Partition,
  after: string | undefined,
  wanted: number,
) => Promise<PartitionPage>;

interface PartitionCursor {
  readonly partition: Partition;
  /** The newest entry is the last. */
  buffered: CatalogueEntry[];
  after: string | undefined;
  isExhausted: boolean;
}

/** How many entries more than its share of a page are read of each partition, so that most partitions are read once per page. */
const SPARE = 4;

/** Merges the sorted entries of the partitions. A partition is read again only once its buffered entries are used up. */
export class PartitionMerge {
  readonly #cursors: readonly PartitionCursor[];

  constructor(
    private readonly read: ReadPartitionPage,
    cursor: string | undefined,
  ) {
    this.#cursors = ALL_PARTITIONS.map((partition) => ({
      partition,
      buffered: [],
      after: cursor,
      isExhausted: false,
    }));
  }

  /** Whether certainly no entry is left. */
  get isExhausted(): boolean {
    return this.#cursors.every(({ isExhausted, buffered }) => isExhausted && buffered.length === 0);
  }

  /** Takes the next `count` entries, or fewer if no more exist. */
  async take(count: number): Promise<readonly CatalogueEntry[]> {
    const wanted = Math.ceil(count / PARTITIONS) + SPARE;
    await Promise.all(this.#cursors.map((cursor) => this.#fill(cursor, wanted)));
    const taken: CatalogueEntry[] = [];
    while (taken.length < count) {
      const newest = this.#newest();
      const entry = newest?.buffered.pop();
      if (newest === undefined || entry === undefined) break;
      taken.push(entry);
      if (newest.buffered.length === 0) await this.#fill(newest, wanted);
    }
    return taken;
  }

  async #fill(cursor: PartitionCursor, wanted: number): Promise<void> {
    while (cursor.buffered.length === 0 && !cursor.isExhausted) {
      const { entries, cursor: next } = await this.read(cursor.partition, cursor.after, wanted);
      cursor.buffered = entries.toReversed();
      cursor.after = next;
      cursor.isExhausted = next === undefined;
    }
  }

  #newest(): PartitionCursor | undefined {
    let newest: PartitionCursor | undefined;
    for (const cursor of this.#cursors) if (newestKey(cursor) > newestKey(newest)) newest = cursor;
    return newest;
  }
}

function newestKey(cursor: PartitionCursor | undefined): string {
  return cursor?.buffered.at(-1)?.key ?? '';
}
