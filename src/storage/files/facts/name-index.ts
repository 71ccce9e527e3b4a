import type { Database, RootDatabase } from 'lmdb';
import type { LogInfo, LogState } from '../../../core/log/log';
import { LOG_ID_BYTES_MAX } from '../../../core/log/log-id';
import { statesOf } from '../../../core/store/list-query';
import type { ListQuery } from '../../../core/store/store';

type Named = Pick<LogInfo, 'id' | 'generation' | 'state'>;

/** Some of the logs that a list asks for, newest first. */
export interface NameIndexSlice {
  readonly generations: readonly string[];
  /** What the list goes on after; absent at its end. */
  readonly rest?: string;
}

const STATES: Readonly<Record<LogState, number>> = { open: 0, interrupted: 1, closed: 2 };
const FIRST_SPAN = '00000000-0000-0000-0000-000000000000';
const SPAN_END = 17;

/**
 * The index of names, which finds logs by their state and by how their id begins. All logs are cut into spans of `spanLogs`, in the
 * order of their creation: a list goes from span to span, newest first, and looks in each at the matching logs only. So it costs a
 * seek for each span and state, some 5 µs, and 0.5 µs for each log that matches.
 *
 * names  [number of the state, first generation of the span, id], as bytes -> generation, as bytes
 */
export class LogNameIndex {
  readonly #names: Database<Buffer, Buffer>;
  /** The first generations of all spans, ascending. A span is known by its entries: those without any are forgotten with the process. */
  #spans: string[] = [FIRST_SPAN];
  /** The newest log that ever entered, and how many have entered the newest span. */
  #newest = FIRST_SPAN;
  #inNewest = 0;

  constructor(
    root: RootDatabase<number, string>,
    private readonly spanLogs: number,
  ) {
    this.#names = root.openDB({ name: 'names', encoding: 'binary', keyEncoding: 'binary' });
    this.#load();
  }

  /** Whether lists of `count` logs would be faster if the spans were made anew. */
  isUneven(count: number): boolean {
    const spans = this.#spans.length;
    return spans > 64 + (4 * count) / this.spanLogs || count > 64 + 4 * spans * this.spanLogs;
  }

  /** Runs inside a batch, whose promise stands for those of all its writes. So do the others that change something. */
  add(log: Named): void {
    this.#enter(log.generation);
    void this.#names.put(this.#keyOf(log, log.state), bytesOf(log.generation));
  }

  move(log: Named, from: LogState): void {
    void this.#names.remove(this.#keyOf(log, from));
    void this.#names.put(this.#keyOf(log, log.state), bytesOf(log.generation));
  }

  /** From wherever it is: of a damaged log not even the state is sure. */
  remove(log: Named): void {
    for (const state of statesOf({ limit: 0 })) void this.#names.remove(this.#keyOf(log, state));
  }

  async clear(): Promise<void> {
    await this.#names.clearAsync();
    this.#load();
  }

  /** The matching logs of the newest span that has some, of those made before the log that `after` names. */
  newestFirst(query: ListQuery, after: string | undefined, isOver: () => boolean): NameIndexSlice {
    const prefix = Buffer.from(query.prefix ?? '');
    if (prefix.length > LOG_ID_BYTES_MAX) return { generations: [] };
    const before = after === undefined ? this.#spans.length : this.#spansBefore(after);
    for (const span of this.#spans.slice(0, before).reverse()) {
      const generations = statesOf(query).flatMap((state) => this.#matching(state, span, prefix));
      const rest = span === FIRST_SPAN ? {} : { rest: span };
      const wanted = generations.filter((generation) => after === undefined || generation < after);
      if (wanted.length > 0 || isOver()) return { generations: wanted.sort().reverse(), ...rest };
    }
    return { generations: [] };
  }

  #matching(state: LogState, span: string, prefix: Buffer): string[] {
    const start = Buffer.concat([Buffer.of(STATES[state]), bytesOf(span), prefix]);
    // No byte of UTF-8 is 255.
    const range = this.#names.getRange({ start, end: Buffer.concat([start, Buffer.of(255)]) });
    return [...range.map(({ value }) => generationOf(value))];
  }

  /** A log that is newer than all others begins a new span when the newest one is full. */
  #enter(generation: string): void {
    if (generation <= this.#newest) return;
    this.#newest = generation;
    if (this.#inNewest >= this.spanLogs) {
      this.#spans.push(generation);
      this.#inNewest = 0;
    }
    this.#inNewest += 1;
  }

  /** Finds the spans by their entries. */
  #load(): void {
    const spans = new Set([FIRST_SPAN]);
    for (const number of Object.values(STATES)) {
      let start = Buffer.of(number);
      for (let span = this.#spanAt(start); span !== undefined; span = this.#spanAt(start)) {
        spans.add(generationOf(span.subarray(1)));
        start = Buffer.concat([span, Buffer.of(255)]);
      }
    }
    this.#spans = [...spans].sort();
    const newest = this.newestFirst({ limit: 0 }, undefined, () => false).generations;
    this.#newest = newest[0] ?? FIRST_SPAN;
    this.#inNewest = newest.length;
  }

  /** What the first key of the same state from `start` on begins with: the state and the span. */
  #spanAt(start: Buffer): Buffer | undefined {
    const end = Buffer.of((start[0] ?? 0) + 1);
    for (const key of this.#names.getKeys({ start, end, limit: 1 }))
      return Buffer.from(key.subarray(0, SPAN_END));
    return undefined;
  }

  #keyOf({ id, generation }: Named, state: LogState): Buffer {
    const span = this.#spans[this.#spansBefore(generation, 'or equal') - 1] ?? FIRST_SPAN;
    return Buffer.concat([Buffer.of(STATES[state]), bytesOf(span), Buffer.from(id)]);
  }

  /** How many spans begin before a generation. */
  #spansBefore(generation: string, how: 'less' | 'or equal' = 'less'): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const span = this.#spans[middle] ?? '';
      if (span < generation || (how === 'or equal' && span === generation)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bytesOf(generation: string): Buffer {
  return Buffer.from(generation.replaceAll('-', ''), 'hex');
}

/** Of the first 16 bytes. */
function generationOf(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
