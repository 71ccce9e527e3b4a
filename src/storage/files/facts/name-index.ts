import type { Database, RootDatabase } from 'lmdb';
import type { LogInfo, LogState } from '../../../core/log/log';
import { LOG_ID_BYTES_MAX } from '../../../core/log/log-id';
import type { ListQuery } from '../../../core/store/list-query';
import { statesOf } from '../../../core/store/list-query';

type Named = Pick<LogInfo, 'id' | 'generation' | 'state'>;

/** Some of the logs of a list, newest first. */
export interface NameIndexSlice {
  readonly generations: readonly string[];
  /** Where the list continues; absent at its end. */
  readonly rest?: string;
}

const STATES: Readonly<Record<LogState, number>> = { open: 0, interrupted: 1, closed: 2 };
const FIRST_SPAN = '00000000-0000-0000-0000-000000000000';
const SPAN_END = 17;

/**
 * The index of names, which finds logs by their state and the beginning of their id. All logs are divided into spans of `spanLogs`, in
 * the order of their creation: a list goes from span to span, newest first, and reads the matching logs of each only. It costs a seek
 * per span and state, some 5 µs, and 0.5 µs per matching log.
 *
 * names  [number of the state, first generation of the span, id], as bytes -> generation, as bytes
 */
export class LogNameIndex {
  readonly #names: Database<Buffer, Buffer>;
  /** The first generations of all spans, ascending. A span without entries is forgotten with the process. */
  #spans: string[] = [FIRST_SPAN];
  /** The newest log, and how many logs the newest span has got. */
  #newest = FIRST_SPAN;
  #inNewest = 0;

  constructor(
    root: RootDatabase<number, string>,
    private readonly spanLogs: number,
  ) {
    this.#names = root.openDB({ name: 'names', encoding: 'binary', keyEncoding: 'binary' });
    this.#load();
  }

  /** Whether a rebuild would make lists of `count` logs faster. */
  isUneven(count: number): boolean {
    const spans = this.#spans.length;
    return spans > 64 + (4 * count) / this.spanLogs || count > 64 + 4 * spans * this.spanLogs;
  }

  /** Runs inside a batch, whose promise covers all its writes, like the other methods that write. */
  add(log: Named): void {
    this.#enter(log.generation);
    void this.#names.put(this.#keyOf(log, log.state), bytesOf(log.generation));
  }

  move(log: Named, from: LogState): void {
    void this.#names.remove(this.#keyOf(log, from));
    void this.#names.put(this.#keyOf(log, log.state), bytesOf(log.generation));
  }

  /** From every state: that of a damaged log is not certain. */
  remove(log: Named): void {
    for (const state of statesOf({ limit: 0 })) void this.#names.remove(this.#keyOf(log, state));
  }

  async clear(): Promise<void> {
    await this.#names.clearAsync();
    this.#load();
  }

  /** The matching logs of the newest span that has some, among those created before `after`. */
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

  countUnsealed(): Readonly<Record<'open' | 'interrupted', number>> {
    return { open: this.#count('open'), interrupted: this.#count('interrupted') };
  }

  #count(state: LogState): number {
    const number = STATES[state];
    return this.#names.getKeysCount({ start: Buffer.of(number), end: Buffer.of(number + 1) });
  }

  #matching(state: LogState, span: string, prefix: Buffer): string[] {
    const start = Buffer.concat([Buffer.of(STATES[state]), bytesOf(span), prefix]);
    // No byte of UTF-8 is 255.
    const range = this.#names.getRange({ start, end: Buffer.concat([start, Buffer.of(255)]) });
    return [...range.map(({ value }) => generationOf(value))];
  }

  /** Begins a new span for a log that is newer than all others, when the newest span is full. */
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

  /** The beginning (state and span) of the first key of the same state from `start` on. */
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
