import { readFile } from 'node:fs/promises';
import { advance, type Offset, START } from '../../../core/log/offset';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { isMissing } from '../disk/failures';
import { closeFile, openFile, writeAll } from '../disk/file-io';

/** Bytes of a slot: a generation, a space, a length and a line feed fit in. It divides a page, and a kill never cuts a page in two. */
const SLOT_BYTES = 64;

/** A megabyte. Of more logs, the least recently written ones are not counted. */
const SLOTS_MAX = 16_384;

/** The shortest pause between writes, in milliseconds. */
const PAUSE_MS = 50;

/** The longest that a length waits, in ms. Each write is made with an append and puts the timer off, which then wakes nothing up. */
const WAIT_MS_MAX = 100;

/**
 * The lengths of the logs of attached producers, which the facts do not have. Written with an append or soon after it, and not synced:
 * the file of a killed process is in the kernel's memory, like the bytes of the logs. If a log's file is shorter than its length here,
 * then something else has cut it.
 *
 * One slot per log, padded with spaces: `<generation> <length>\n`.
 * A length here may lag behind, but it is never too long.
 */
export class WrittenLengths {
  /** Least recently written first. Not an LRUCache: the slot of an evicted log is used again. */
  readonly #slots = new Map<string, number>();
  readonly #written = new Map<string, Offset>();
  readonly #content = Buffer.alloc(SLOT_BYTES * SLOTS_MAX);
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #nextAt = 0;

  private constructor(private readonly file: number | undefined) {}

  /** On a full disk nothing is counted. */
  static async create(path: string): Promise<WrittenLengths> {
    return new WrittenLengths(await openFile(path, 'w', PRIVATE_FILE).catch(() => undefined));
  }

  /** The log now ends at `end`. */
  note(generation: string, end: Offset): void {
    this.#written.set(generation, end);
    if (this.#writing === undefined) this.#writeSoon();
  }

  /** Resolves when all lengths are written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#written.size > 0) await (this.#writing ?? this.#write());
  }

  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    if (this.file !== undefined) await closeFile(this.file);
  }

  #writeSoon(): void {
    if (performance.now() >= this.#nextAt) void this.#write();
    else this.#timer ??= setTimeout(() => this.#onTime(), WAIT_MS_MAX).unref();
  }

  #onTime(): void {
    this.#timer = undefined;
    if (this.#writing === undefined && this.#written.size > 0) void this.#write();
  }

  #write(): Promise<void> {
    this.#nextAt = performance.now() + PAUSE_MS;
    this.#timer?.refresh();
    const [from, to] = this.#fill();
    this.#writing = this.#writeContent(from, to).then(() => {
      this.#writing = undefined;
      if (this.#written.size > 0) this.#writeSoon();
    });
    return this.#writing;
  }

  /** Puts the noted lengths into their slots, while no write is in progress. @returns the part of the file with these slots */
  #fill(): readonly [from: number, to: number] {
    let [first, last] = [SLOTS_MAX, -1];
    for (const [generation, end] of this.#written) {
      const slot = this.#slotOf(generation);
      this.#content.write(
        `${generation} ${end}`.padEnd(SLOT_BYTES - 1).concat('\n'),
        slot * SLOT_BYTES,
        'latin1',
      );
      [first, last] = [Math.min(first, slot), Math.max(last, slot)];
    }
    this.#written.clear();
    return [first * SLOT_BYTES, (last + 1) * SLOT_BYTES];
  }

  /** On a full disk the older lengths in the file are still true. */
  async #writeContent(from: number, to: number): Promise<void> {
    if (this.file === undefined) return;
    await writeAll(this.file, [this.#content.subarray(from, to)], from).catch(() => {});
  }

  /** The log's own slot, a free one, or that of the least recently written log. */
  #slotOf(generation: string): number {
    let slot = this.#slots.get(generation) ?? this.#slots.size;
    this.#slots.delete(generation);
    if (slot === SLOTS_MAX) {
      for (const [oldest, its] of this.#slots) {
        this.#slots.delete(oldest);
        slot = its;
        break;
      }
    }
    this.#slots.set(generation, slot);
    return slot;
  }
}

/** The lengths that the last process counted, by generation. None if there is no such file. */
export async function readWrittenLengths(path: string): Promise<ReadonlyMap<string, Offset>> {
  const text = await readFile(path, 'latin1').catch((error) => {
    if (isMissing(error)) return '';
    throw error;
  });
  const lengths = new Map<string, Offset>();
  for (const [, generation = '', length] of text.matchAll(/([0-9a-f-]{36}) (\d{1,15}) *\n/g))
    lengths.set(generation, advance(START, Number(length)));
  return lengths;
}
