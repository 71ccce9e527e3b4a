import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sizeOf } from '../../../core/bytes/size-of';
import { messageOf } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { Warn } from '../../../core/store/warnings';
import { readAt, statFile, truncateFile, unlinkIfExists, writeAll } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { LogTimes } from '../times/log-times';
import { copyBytes } from './copy-bytes';
import type { DescriptorPool, OpenFileState } from './descriptor-pool';
import { PageBufferPool } from './page-buffer-pool';
import type { Sync } from './sync';
import { trimFile } from './trim-file';
import { endOfWholeMessages } from './whole-messages';

/** The log that an append writes to, and where. */
export interface AppendTarget {
  readonly generation: string;
  readonly tail: Offset;
  /** A failed append left bytes beyond the tail, which could not be cut off. */
  isTorn: boolean;
  /** The facts have that the content may end in zero bytes. */
  mayEndInZeros?: boolean;
}

/** The initial bytes of a log: those copied from another log, and then `chunks`. */
export interface InitialContent {
  readonly generation: string;
  readonly copy?: { readonly generation: string; readonly bytes: number };
  readonly chunks: readonly Buffer[];
}

/** Bytes that were read from a log's file. */
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

/** The bytes of all logs. Each is one file of exactly its bytes: its tail is a position. The callers serialize the writes of each. */
export class LogFiles {
  readonly #buffers = new PageBufferPool();

  constructor(
    private readonly layout: Layout,
    private readonly descriptors: Pick<DescriptorPool, 'use' | 'discard'>,
    private readonly sync: Pick<Sync, 'written' | 'forget'>,
    private readonly sidecars: Pick<LogTimes, 'remove'>,
    private readonly warn: Warn,
  ) {}

  /**
   * Writes at the tail; resolves once the bytes are as safe as the durability asks. When it throws, the file ends at the tail again, or
   * the target is torn: then the next append cuts the file first, because its own bytes may not cover all of the rest.
   * @throws ShortFileError where bytes before the tail are gone: behind the file's end the append would leave a hole
   */
  append(target: AppendTarget, chunks: readonly Buffer[]): Promise<void> {
    const { generation, tail } = target;
    const isNew = tail === START;
    return this.descriptors.use(generation, isNew ? 'create' : 'existing', async (fd, opened) => {
      assertReaches(fd, tail, opened);
      if (target.isTorn) await repair(target, fd);
      try {
        await writeAll(fd, chunks, tail);
        await this.sync.written(generation, fd, isNew, advance(tail, sizeOf(chunks)));
      } catch (error) {
        target.isTorn = true;
        await repair(target, fd);
        throw error;
      }
    });
  }

  /** Cuts off what a failed append left beyond the tail. */
  async cutTorn(target: AppendTarget): Promise<void> {
    if (target.isTorn) await this.descriptors.use(target.generation, 'existing', (fd) => repair(target, fd));
  }

  /** Creates the file of a log with its initial bytes, then the log, by `insert`. If the log does not exist then, the file is deleted. */
  async create<T>(content: InitialContent, insert: () => Promise<T>, isThere: () => boolean): Promise<T> {
    try {
      await this.#writeInitial(content);
      return await insert();
    } finally {
      if (!isThere()) await this.remove(content.generation);
    }
  }

  /** Reads the bytes from `from` on, at most `bytes` of them; none only where the file ends. */
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

  /** Keeps the log's file open while `action` uses its descriptor to read. */
  lend<T>(generation: string, action: (fd: number) => Promise<T>): Promise<T> {
    return this.descriptors.use(generation, 'existing', action);
  }

  /** The length of the log's file; 0 if there is none, or if `stat` fails. */
  async lengthOf(generation: string): Promise<Offset> {
    const found = await stat(this.layout.logOf(generation)).catch(() => undefined);
    return advance(START, found?.isFile() ? found.size : 0);
  }

  /** Where a log's file ends before `tail`; half a message goes to `cut`. `undefined`: it reaches the tail, is missing or unreadable. */
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
    // The open file may not be the one that now has the name.
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

  /** Never throws. @returns whether the file is gone */
  async remove(generation: string): Promise<boolean> {
    this.sync.forget(generation);
    let isGone = true;
    try {
      await this.sidecars.remove(generation);
      // A log that never had a byte has no file.
      await unlinkIfExists(this.layout.logOf(generation));
    } catch (error) {
      isGone = false;
      this.warn(`Removing a log's file failed: ${messageOf(error)}`, { generation });
    }
    // Last, when the file cannot be opened again: an open descriptor would keep its disk space.
    await this.descriptors.discard(generation);
    return isGone;
  }
}

/** Checked once per opened file: that costs two microseconds, and a reader finds what shortens the file later. */
function assertReaches(fd: number, tail: Offset, opened: OpenFileState): void {
  if (opened.isWhole) return;
  if (tail > START && fstatSync(fd).size < tail) throw new ShortFileError();
  opened.isWhole = true;
}

async function repair(target: AppendTarget, fd: number): Promise<void> {
  try {
    await truncateFile(fd, target.tail);
  } catch (cause) {
    throw new Error(`cutting the file back to ${target.tail} failed: ${messageOf(cause)}`, { cause });
  }
  target.isTorn = false;
}
