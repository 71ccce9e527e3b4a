import type { ListedStream } from './listed-stream';

/** What the list shows of the streams there are. */
export interface ListFilter {
  readonly prefix: string;
  readonly state: ListedStream['state'] | '';
}

/** How many streams a page keeps. Older ones are found by a prefix. */
export const STREAMS_MAX = 50_000;

/** The streams of the list, newest first. Takes pages of the list, and events in any order. */
export class StreamRows {
  #rows: ListedStream[] = [];
  #ids = new Set<string>();

  constructor(readonly filter: ListFilter) {}

  get count(): number {
    return this.#rows.length;
  }

  get isFull(): boolean {
    return this.#rows.length >= STREAMS_MAX;
  }

  at(index: number): ListedStream | undefined {
    return this.#rows[index];
  }

  indexOf(id: string): number {
    return this.#ids.has(id) ? this.#rows.findIndex((row) => row.id === id) : -1;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Adds a page of the list, which is sorted, and older than all before it. An entry that is there already came by an event. */
  addPage(entries: readonly ListedStream[]): void {
    const fresh = entries.filter(({ id }) => !this.#ids.has(id)).slice(0, STREAMS_MAX - this.count);
    for (const { id } of fresh) this.#ids.add(id);
    const last = this.#rows.at(-1);
    this.#rows.push(...fresh);
    if (last !== undefined && fresh[0] !== undefined && compare(last, fresh[0]) > 0) this.#rows.sort(compare);
  }

  /**
   * Takes the newest facts of a stream: inserts, replaces or, if the filter does not match any more, removes it.
   * @param oldest whether the list is known to its end; otherwise a stream behind the last row comes with its page
   * @returns where a row came (1) or went (-1), if one did
   */
  apply(entry: ListedStream, isComplete: boolean): { index: number; change: 1 | -1 } | undefined {
    const known = this.indexOf(entry.id);
    const present = this.#rows[known];
    if (present === undefined) return this.#insert(entry, isComplete);
    if (!isNewer(entry, present)) return undefined;
    if (this.#matches(entry) && entry.createdAt === present.createdAt) {
      this.#rows[known] = entry;
      return undefined;
    }
    this.remove(entry.id);
    return this.#insert(entry, isComplete) === undefined ? { index: known, change: -1 } : undefined;
  }

  remove(id: string): { index: number; change: -1 } | undefined {
    const index = this.indexOf(id);
    if (index < 0) return undefined;
    this.#rows.splice(index, 1);
    this.#ids.delete(id);
    return { index, change: -1 };
  }

  #insert(entry: ListedStream, isComplete: boolean): { index: number; change: 1 } | undefined {
    if (!this.#matches(entry)) return undefined;
    const index = this.#placeOf(entry);
    if (index === this.count && (this.isFull || !isComplete)) return undefined;
    this.#rows.splice(index, 0, entry);
    this.#ids.add(entry.id);
    if (this.count > STREAMS_MAX) this.#ids.delete(this.#rows.pop()?.id ?? '');
    return { index, change: 1 };
  }

  /** By halves. */
  #placeOf(entry: ListedStream): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = this.#rows[middle];
      if (row !== undefined && compare(row, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #matches({ id, state }: ListedStream): boolean {
    const { filter } = this;
    return id.startsWith(filter.prefix) && (filter.state === '' || filter.state === state);
  }
}

/** Times are ISO 8601 in UTC, which sorts as text. */
function compare(a: ListedStream, b: ListedStream): number {
  if (a.createdAt === b.createdAt) return 0;
  return a.createdAt > b.createdAt ? -1 : 1;
}

/** An event and a page of the list may overtake each other. */
function isNewer(entry: ListedStream, present: ListedStream): boolean {
  if (entry.createdAt !== present.createdAt) return entry.createdAt > present.createdAt;
  if (present.state === 'closed' && entry.state !== 'closed') return false;
  return entry.updatedAt >= present.updatedAt;
}
