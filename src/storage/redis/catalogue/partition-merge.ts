import type { LogId } from '../../../core/log/log-id';
import { ALL_PARTITIONS, PARTITIONS, type Partition } from '../../../redis/partitions';

/** Where a log is in the order of creation. Its key is also the cursor of a page that ends with it. */
export interface Place {
  /** 13 digits of milliseconds, a colon and the generation. */
  readonly key: string;
  readonly id: LogId;
}

/** Places of one partition that follow each other, newest first. */
export interface Stretch {
  readonly places: readonly Place[];
  /** Where the partition goes on; absent when it is over. */
  readonly rest?: string;
}

/** Reads the places after `after`; about as many as are wanted, if there are so many. */
export type ReadStretch = (
  partition: Partition,
  after: string | undefined,
  wanted: number,
) => Promise<Stretch>;

interface Lane {
  readonly partition: Partition;
  /** The newest one is the last. */
  waiting: Place[];
  rest: string | undefined;
  isOver: boolean;
}

/** How many more than its share of a page is asked of each partition at first, so that most of them need not be asked again. */
const SPARE = 4;

/** Merges what the partitions keep sorted. Only a partition that has run dry is asked again. */
export class NewestFirst {
  readonly #lanes: readonly Lane[];

  constructor(
    private readonly read: ReadStretch,
    cursor: string | undefined,
  ) {
    this.#lanes = ALL_PARTITIONS.map((partition) => ({
      partition,
      waiting: [],
      rest: cursor,
      isOver: false,
    }));
  }

  /** Whether there is certainly nothing more to take. */
  get isOver(): boolean {
    return this.#lanes.every(({ isOver, waiting }) => isOver && waiting.length === 0);
  }

  /** The next ones, and fewer than `count` only when there are no more. */
  async take(count: number): Promise<readonly Place[]> {
    const wanted = Math.ceil(count / PARTITIONS) + SPARE;
    await Promise.all(this.#lanes.map((lane) => this.#fill(lane, wanted)));
    const taken: Place[] = [];
    while (taken.length < count) {
      const lane = this.#newest();
      const place = lane?.waiting.pop();
      if (lane === undefined || place === undefined) break;
      taken.push(place);
      if (lane.waiting.length === 0) await this.#fill(lane, wanted);
    }
    return taken;
  }

  async #fill(lane: Lane, wanted: number): Promise<void> {
    while (lane.waiting.length === 0 && !lane.isOver) {
      const { places, rest } = await this.read(lane.partition, lane.rest, wanted);
      lane.waiting = places.toReversed();
      lane.rest = rest;
      lane.isOver = rest === undefined;
    }
  }

  #newest(): Lane | undefined {
    let newest: Lane | undefined;
    for (const lane of this.#lanes) if (keyOf(lane) > keyOf(newest)) newest = lane;
    return newest;
  }
}

function keyOf(lane: Lane | undefined): string {
  return lane?.waiting.at(-1)?.key ?? '';
}
