import { LRUCache } from 'lru-cache';
import type { LogInfo } from '../log/log';
import { wireGeneration } from '../log/loss';
import { Semaphore } from '../scheduling/semaphore';
import { TimeSlices } from '../scheduling/time-slices';
import { LINE_INDEX_BYTES_MAX } from '../store/line-index-limit';
import { LineIndex } from './line-index';
import { encodeLineIndex, restoreLineIndex } from './saved-line-index';
import { type CountSource, SharedCount } from './shared-count';

/** How many logs are counted at once. */
export const COUNTS_AT_ONCE = 2;

/** A log that is shorter is counted in less time than a store takes to keep its index. */
const SAVED_FROM_BYTES = 1024 * 1024;

/**
 * The line indexes of a store's logs, by generation and number of the last loss: so no index is used for other bytes than those that were
 * counted. Those of closed logs are kept by the store as well.
 */
export class LineIndexCache {
  readonly #kept: LRUCache<string, LineIndex>;
  readonly #counts = new Map<string, SharedCount>();
  readonly #slots = new Semaphore(COUNTS_AT_ONCE);
  /** Those that the store keeps, or has been asked to keep. */
  readonly #saved = new WeakSet<LineIndex>();

  constructor(
    private readonly source: CountSource,
    cacheBytes: number,
  ) {
    this.#kept = new LRUCache({ maxSize: cacheBytes, sizeCalculation: ({ size }) => size });
  }

  /** What is known of the lines of a log without counting. */
  async known(info: LogInfo, signal: AbortSignal): Promise<LineIndex | undefined> {
    const key = wireGeneration(info);
    return this.#counts.get(key)?.index ?? this.#kept.get(key) ?? (await this.#load(info, signal));
  }

  /** The index once everything up to the tail is counted, or enough. @throws as `SharedCount.until` */
  async counted(
    info: LogInfo,
    isEnough: (index: LineIndex) => boolean,
    signal: AbortSignal,
  ): Promise<LineIndex> {
    const known = await this.known(info, signal);
    const isKnown = known !== undefined && (known.end >= info.tail || isEnough(known));
    const index = isKnown ? known : await this.#countOn(info, known, isEnough, signal);
    if (index.end === info.tail) this.#save(info, index);
    return index;
  }

  async #countOn(
    info: LogInfo,
    known: LineIndex | undefined,
    isEnough: (index: LineIndex) => boolean,
    signal: AbortSignal,
  ): Promise<LineIndex> {
    const count = this.#countOf(info, known);
    await count.until(info.tail, isEnough, signal);
    return count.index;
  }

  /** @param known what was known before, unless another request has begun to count since */
  #countOf(info: LogInfo, known: LineIndex | undefined): SharedCount {
    const key = wireGeneration(info);
    const present = this.#counts.get(key);
    if (present !== undefined) return present;
    const index = this.#kept.get(key) ?? known ?? new LineIndex();
    const count = new SharedCount(this.source, info, index, this.#slots, () => {
      this.#counts.delete(key);
      this.#kept.set(key, index);
    });
    this.#counts.set(key, count);
    // It grows, and is weighed again afterwards.
    this.#kept.delete(key);
    return count;
  }

  async #load(info: LogInfo, signal: AbortSignal): Promise<LineIndex | undefined> {
    if (!isSaved(info)) return undefined;
    const saved = await this.source.store.loadLineIndex(info);
    const index = saved && (await restoreLineIndex(info, saved, signal));
    if (index === undefined) return undefined;
    // Another node may have more memory for it.
    await index.shrink(this.source.indexBytesMax, new TimeSlices(signal));
    this.#saved.add(index);
    this.#kept.set(wireGeneration(info), index);
    return index;
  }

  /** The store may be full, or the log gone: then it is counted again when that is needed. */
  #save(info: LogInfo, index: LineIndex): void {
    if (!isSaved(info) || this.#saved.has(index) || index.size > LINE_INDEX_BYTES_MAX) return;
    this.#saved.add(index);
    encodeLineIndex(info, index)
      .then((saved) => this.source.store.saveLineIndex(info, saved))
      .catch(() => this.#saved.delete(index));
  }
}

function isSaved({ state, tail }: LogInfo): boolean {
  return state === 'closed' && tail >= SAVED_FROM_BYTES;
}
