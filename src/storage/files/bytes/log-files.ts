import { fstatSync } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { sizeOf } from '../../../core/bytes/size-of';
import { messageOf } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { Warn } from '../../../core/store/warnings';
import { isMissing } from '../disk/failures';
import { readAt, statFile, truncateFile, writeAll } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import { copyBytes } from './copy-bytes';
import type { DescriptorPool, OpenFileState } from './descriptor-pool';
import { PageBufferPool } from './page-buffer-pool';
import type { Sync } from './sync';
import { trimFile } from './trim-file';
import { endOfWholeMessages } from './whole-messages';

export interface AppendTarget {
  readonly generation: string;
  readonly tail: Offset;
  /** What an append that failed had written could not be cut off: there may be bytes beyond the tail. */
  isTorn: boolean;
  /** It is stored that the content may end in zero bytes. */
  mayEndInZeros?: boolean;
}

/** What the file of a new log begins with: the first bytes of another one, and then `chunks`. */
export interface InitialContent {
  readonly generation: string;
  readonly copy?: { readonly generation: string; readonly bytes: number };
  readonly chunks: readonly Buffer[];
}

export interface FileBytes {
  readonly bytes: Buffer;
  /** Where the file ends, if that is before `until`. */
  readonly endsAt?: Offset;
  /** As in `Page`. */
  readonly release: () => void;
}

/** The file of a log ends before the log. */
export class ShortFileError extends Error {
  override readonly name = 'ShortFileError';
}

/**
 * The bytes of all logs. A log is one file that holds exactly its bytes, so that its tail is a position in the file. Who may
 * write, and when, is decided elsewhere.
 */
export class LogFiles {
  readonly #buffers = new PageBufferPool();

  constructor(
    private readonly layout: Layout,
    private readonly descriptors: Pick<DescriptorPool, 'use' | 'discard'>,
    private readonly sync: Pick<Sync, 'written' | 'forget'>,
    private readonly warn: Warn,
  ) {}

  /**
   * Writes at the tail; resolves once the bytes are as safe as the durability asks. When it throws, the file ends at the tail
   * again, unless the place is torn then. The next append mends that, for what is written over a longer rest would leave its end.
   * @throws ShortFileError where bytes before the tail are gone: behind the file's end the append would leave a hole
   */
  append(place: AppendTarget, chunks: readonly Buffer[]): Promise<void> {
    const { generation, tail } = place;
    const isNew = tail === START;
    return this.descriptors.use(generation, isNew ? 'create' : 'existing', async (fd, opened) => {
      assertReaches(fd, tail, opened);
      if (place.isTorn) await repair(place, fd);
      try {
        await writeAll(fd, chunks, tail);
        await this.sync.written(generation, fd, isNew, advance(tail, sizeOf(chunks)));
      } catch (error) {
        place.isTorn = true;
        await repair(place, fd);
        throw error;
      }
    });
  }

  /**
   * Makes the file of a log that begins with bytes, and then the log itself, by `insert`. The file is gone again unless the log
   * `isThere` after that, whether it threw or not.
   */
  async create<T>(content: InitialContent, insert: () => Promise<T>, isThere: () => boolean): Promise<T> {
    try {
      await this.#writeInitial(content);
      return await insert();
    } finally {
      if (!isThere()) await this.remove(content.generation);
    }
  }

  /** The bytes from `from` on, `bytes` of them at the most; none only where the file ends. */
  async read(generation: string, from: Offset, bytes: number, until: Offset): Promise<FileBytes> {
    const buffer = this.#buffers.acquire(bytes);
    let size = Number.POSITIVE_INFINITY;
    const got = await this.descriptors.use(generation, 'existing', async (fd) => {
      const read = await readAt(fd, buffer, bytes, from);
      if (from + read < until) size = (await statFile(fd)).size;
      return read;
    });
    let isLent = true;
    const release = (): void => {
      if (isLent) this.#buffers.release(buffer);
      isLent = false;
    };
    const end = size < until ? { endsAt: advance(START, size) } : {};
    return { bytes: buffer.subarray(0, got), ...end, release };
  }

  /** How long the file of a log is; 0 where there is none, or none that can be looked at. */
  async lengthOf(generation: string): Promise<Offset> {
    const found = await stat(this.layout.logOf(generation)).catch(() => undefined);
    return advance(START, found?.isFile() ? found.size : 0);
  }

  /**
   * Where the file of a log ends, if that is before `tail`. Half a message at its end is moved to the folder `cut`.
   * @returns `undefined` where the file reaches the tail, is not there, or cannot be looked at
   */
  async trimToWholeMessages(info: LogInfo, tail: Offset): Promise<Offset | undefined> {
    const { id, generation } = info;
    const path = this.layout.logOf(generation);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || found.size >= tail) return undefined;
    const { size } = found;
    const end = await endOfWholeMessages(info, path, size);
    if (end < size) {
      const file = await trimFile(path, end, size, this.layout.cutsOf(generation, end));
      const what = `Stream ${id}: the bytes ${end} to ${size} of its file are a part of a message`;
      this.warn(`${what}; they were moved to ${file}`, { id, generation, from: end, to: size, file });
    }
    // What is open may be another file than the one that has the name now.
    await this.descriptors.discard(generation);
    return end;
  }

  async #writeInitial({ generation, copy, chunks }: InitialContent): Promise<void> {
    await this.descriptors.use(generation, 'create', async (fd) => {
      if (copy !== undefined)
        await copyBytes(this.layout.logOf(copy.generation), this.layout.logOf(generation), copy.bytes);
      const from = copy?.bytes ?? 0;
      await writeAll(fd, chunks, from);
      await this.sync.written(generation, fd, true, advance(START, from + sizeOf(chunks)));
    });
  }

  /** Never throws. @returns whether there is no such file any more */
  async remove(generation: string): Promise<boolean> {
    this.sync.forget(generation);
    let isGone = true;
    try {
      await unlink(this.layout.logOf(generation));
    } catch (error) {
      // A log that never had a byte has no file.
      isGone = isMissing(error);
      if (!isGone) this.warn(`Removing a log's file failed: ${messageOf(error)}`, { generation });
    }
    // Only now that nobody can open it again: a descriptor that stays would keep the file's space.
    await this.descriptors.discard(generation);
    return isGone;
  }
}

/** Looked at once per opened file: that costs two microseconds, and what shortens a file later is found by a reader. */
function assertReaches(fd: number, tail: Offset, opened: OpenFileState): void {
  if (opened.isWhole) return;
  if (tail > START && fstatSync(fd).size < tail) throw new ShortFileError();
  opened.isWhole = true;
}

async function repair(place: AppendTarget, fd: number): Promise<void> {
  try {
    await truncateFile(fd, place.tail);
  } catch (cause) {
    throw new Error(`cutting the file back to ${place.tail} failed: ${messageOf(cause)}`, { cause });
  }
  place.isTorn = false;
}
