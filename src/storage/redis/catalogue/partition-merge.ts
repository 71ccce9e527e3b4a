import type { LogId } from '../../../core/log/log-id';
import { ALL_PARTITIONS, PARTITIONS, type Partition } from '../../../redis/partitions';

/** Where a log is in the order of creation. Its key is also the cursor of a page that ends with it. */
export interface CatalogueEntry {
  /** 13 digits of milliseconds, a colon and the generation. */
  readonly key: string;
  readonly id: LogId;
}

/** Places of one partition that follow each other, newest first. */
export interface PartitionPage {
  readonly entries: readonly CatalogueEntry[];
  /** Where the next page begins; absent after the last. */
  readonly cursor?: string;
}

/** Reads the places after `after`; about as many as are wanted, if there are so many. */
export type ReadPartitionPage = (
  partition: Partition,
  after: string | undefined,
  wanted: number,
) => Promise<PartitionPage>;

interface PartitionCursor {
  readonly partition: Partition;
  /** The newest one is the last. */
  buffered: CatalogueEntry[];
  cursor: string | undefined;
  isExhausted: boolean;
}

/** How many more than its share of a page is asked of each partition at first, so that most of them need not be asked again. */
const SPARE = 4;

/** Merges what the partitions keep sorted. Only a partition that has run dry is asked again. */
export class PartitionMerge {
  readonly #cursors: readonly PartitionCursor[];

  constructor(
    private readonly read: ReadPartitionPage,
    cursor: string | undefined,
  ) {
    this.#cursors = ALL_PARTITIONS.map((partition) => ({
      partition,
      buffered: [],
      cursor,
      isExhausted: false,
    }));
  }

  /** Whether there is certainly nothing more to take. */
  get isExhausted(): boolean {
    return this.#cursors.every(({ isExhausted, buffered }) => isExhausted && buffered.length === 0);
  }

  /** The next ones, and fewer than `count` only when there are no more. */
  async take(count: number): Promise<readonly CatalogueEntry[]> {
    const wanted = Math.ceil(count / PARTITIONS) + SPARE;
    await Promise.all(this.#cursors.map((lane) => this.#fill(lane, wanted)));
    const taken: CatalogueEntry[] = [];
    while (taken.length < count) {
      const lane = this.#newest();
      const place = lane?.buffered.pop();
      if (lane === undefined || place === undefined) break;
      taken.push(place);
      if (lane.buffered.length === 0) await this.#fill(lane, wanted);
    }
    return taken;
  }

  async #fill(lane: PartitionCursor, wanted: number): Promise<void> {
    while (lane.buffered.length === 0 && !lane.isExhausted) {
      const { entries, cursor } = await this.read(lane.partition, lane.cursor, wanted);
      lane.buffered = entries.toReversed();
      lane.cursor = cursor;
      lane.isExhausted = cursor === undefined;
    }
  }

  #newest(): PartitionCursor | undefined {
    let newest: PartitionCursor | undefined;
    for (const lane of this.#cursors) if (keyOf(lane) > keyOf(newest)) newest = lane;
    return newest;
  }
}

function keyOf(lane: PartitionCursor | undefined): string {
  return lane?.buffered.at(-1)?.key ?? '';
}
