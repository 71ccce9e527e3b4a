import { type FileHandle, open } from 'node:fs/promises';
import type { TimeMark } from '../../../core/log/time-mark';
import { isMissing } from '../disk/failures';
import { READ_SIDECAR } from '../disk/sidecar-flags';
import { decodeMark, RECORD_BYTES } from './mark-records';
import type { MarksRun } from './recent-times';

const BLOCK_RECORDS = 256;

/** A record that can be read, and its place in the file. */
interface FoundMark {
  readonly index: number;
  readonly mark: TimeMark;
}

/** What a search compares. In a file neither decreases. */
type Measure = (mark: TimeMark) => number;

export const byEnd: Measure = ({ end }) => end;
export const byTime: Measure = ({ at }) => at;

/**
 * The marks in the sidecar of a log, read in blocks of 4 KiB, of which one is in memory. A record that fails its check counts as not
 * there.
 */
export class TimesFile {
  #block = Buffer.allocUnsafeSlow(BLOCK_RECORDS * RECORD_BYTES);
  #blockIndex: number | undefined;
  #blocksRead = 0;

  private constructor(
    private readonly file: FileHandle,
    /** How many records count. */
    readonly records: number,
  ) {}

  /**
   * Reads a sidecar with `action`.
   * @param recordsMax how many records count at most
   * @returns `undefined` if there is none
   */
  static async use<T>(
    path: string,
    recordsMax: number,
    action: (file: TimesFile) => Promise<T>,
  ): Promise<T | undefined> {
    const file = await open(path, READ_SIDECAR).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return undefined;
    });
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      return await action(new TimesFile(file, Math.min(recordsMax, Math.floor(size / RECORD_BYTES))));
    } finally {
      await file.close();
    }
  }

  get blocksRead(): number {
    return this.#blocksRead;
  }

  /** The first mark whose measure is `least` or more. */
  async first(measure: Measure, least: number): Promise<FoundMark | undefined> {
    let [low, high] = [0, Math.ceil(this.records / BLOCK_RECORDS)];
    let [below, above] = [0, Number.NaN];
    let found: FoundMark | undefined;
    for (let step = 0; low < high; step += 1) {
      const guess = guessBlock([low, high], [below, above], step % 2 === 0 ? least : Number.NaN);
      const last = await this.#lastIn(low, guess);
      if (last === undefined || measure(last.mark) < least) {
        low = guess + 1;
        below = last === undefined ? below : measure(last.mark);
        continue;
      }
      const first = this.#firstLoaded((mark) => measure(mark) >= least) ?? last;
      found = first;
      // Marks of earlier blocks may be as late only if this one is the first of its block.
      if (first.index !== this.#firstLoaded(() => true)?.index) break;
      high = Math.floor(first.index / BLOCK_RECORDS);
      above = measure(first.mark);
    }
    return found;
  }

  /** The last mark before a place. */
  async lastBefore(index: number): Promise<FoundMark | undefined> {
    for (let block = Math.floor((index - 1) / BLOCK_RECORDS); block >= 0; block -= 1) {
      await this.#load(block);
      const last = this.#lastLoaded(index);
      if (last !== undefined) return last;
    }
    return undefined;
  }

  /** The marks from a place on, up to the first that ends at `until` or later, and the rest of its block. */
  async from(index: number, until: number): Promise<MarksRun> {
    const marks: TimeMark[] = [];
    for (let block = Math.floor(index / BLOCK_RECORDS); block * BLOCK_RECORDS < this.records; block += 1) {
      if ((marks.at(-1)?.end ?? 0) >= until) return { marks, isEnd: false };
      await this.#load(block);
      for (const { mark, index: place } of this.#loaded()) if (place >= index) marks.push(mark);
    }
    return { marks, isEnd: true };
  }

  /** The last mark of the blocks `low` to `high`, whose block is loaded then. */
  async #lastIn(low: number, high: number): Promise<FoundMark | undefined> {
    for (let block = high; block >= low; block -= 1) {
      await this.#load(block);
      const last = this.#lastLoaded(this.records);
      if (last !== undefined) return last;
    }
    return undefined;
  }

  async #load(block: number): Promise<void> {
    if (this.#blockIndex === block) return;
    const from = block * BLOCK_RECORDS;
    const bytes = Math.min(BLOCK_RECORDS, this.records - from) * RECORD_BYTES;
    this.#blockIndex = undefined;
    this.#blocksRead += 1;
    const { bytesRead } = await this.file.read(this.#block, 0, bytes, from * RECORD_BYTES);
    this.#block.fill(0, bytesRead);
    this.#blockIndex = block;
  }

  *#loaded(): Generator<FoundMark> {
    const from = (this.#blockIndex ?? 0) * BLOCK_RECORDS;
    for (let index = from; index < Math.min(from + BLOCK_RECORDS, this.records); index += 1) {
      const mark = decodeMark(this.#block, index - from);
      if (mark !== undefined) yield { index, mark };
    }
  }

  #firstLoaded(isIt: (mark: TimeMark) => boolean): FoundMark | undefined {
    for (const found of this.#loaded()) if (isIt(found.mark)) return found;
    return undefined;
  }

  #lastLoaded(before: number): FoundMark | undefined {
    const from = (this.#blockIndex ?? 0) * BLOCK_RECORDS;
    for (let index = Math.min(from + BLOCK_RECORDS, before) - 1; index >= from; index -= 1) {
      const mark = decodeMark(this.#block, index - from);
      if (mark !== undefined) return { index, mark };
    }
    return undefined;
  }
}

/** Where `wanted` would be if values grew evenly from `below` to `above`; the middle if that is not known. */
function guessBlock(
  [low, high]: readonly [number, number],
  [below, above]: readonly [number, number],
  wanted: number,
): number {
  const share = (wanted - below) / (above - below);
  const guess = low + Math.floor((Number.isFinite(share) ? share : 0.5) * (high - low));
  return Math.max(low, Math.min(high - 1, guess));
}
