import { constants } from 'node:fs';
import type { Warn } from '../../../core/store/warnings';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { isMissing } from '../disk/failures';
import { closeFile, makeDirectory, openFile } from '../disk/file-io';
import type { Layout } from '../disk/layout';

/** State of an open file. */
export interface OpenFileState {
  /** It has been checked to have all bytes of its log. */
  isWhole?: boolean;
}

interface Descriptor extends OpenFileState {
  readonly fd: Promise<number>;
  users: number;
  /** To be closed after its last use. */
  isDoomed: boolean;
}

/** The descriptors of the last used logs, at most `max` of them. One in use is never closed; when all are in use, the next log waits. */
export class DescriptorPool {
  readonly #busy = new Map<string, Descriptor>();
  /** Least recently used first. Not an LRUCache: an evicted descriptor must be closed, and one in use must not be evicted. */
  readonly #idle = new Map<string, Descriptor>();
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly layout: Layout,
    private readonly max: number,
    private readonly warn: Warn,
  ) {}

  get size(): number {
    return this.#busy.size + this.#idle.size;
  }

  /** @param mode `create` creates a missing file; `existing` throws ENOENT then. */
  async use<T>(
    generation: string,
    mode: 'create' | 'existing',
    action: (fd: number, opened: OpenFileState) => Promise<T>,
  ): Promise<T> {
    while (!this.#busy.has(generation) && !this.#idle.has(generation) && !this.#hasRoom()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const file = this.#take(generation, mode);
    try {
      return await action(await file.fd, file);
    } finally {
      this.#release(generation, file);
    }
  }

  /** The log was removed: its descriptor, which keeps the file's disk space, is closed now or after its last use. */
  async discard(generation: string): Promise<void> {
    const busy = this.#busy.get(generation);
    if (busy !== undefined) busy.isDoomed = true;
    const idle = this.#idle.get(generation);
    if (idle !== undefined) await this.#evict(generation, idle);
  }

  /** Resolves when all descriptors are closed. It waits for those in use; no new use may begin. */
  async close(): Promise<void> {
    for (const file of this.#busy.values()) file.isDoomed = true;
    const closing = [...this.#idle].map(([generation, file]) => this.#evict(generation, file));
    while (this.#busy.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await Promise.all(closing);
  }

  #hasRoom(): boolean {
    if (this.size < this.max) return true;
    for (const [generation, file] of this.#idle) {
      void this.#evict(generation, file);
      return true;
    }
    return false;
  }

  #take(generation: string, mode: 'create' | 'existing'): Descriptor {
    const file = this.#busy.get(generation) ?? this.#idle.get(generation) ?? this.#open(generation, mode);
    this.#idle.delete(generation);
    this.#busy.set(generation, file);
    file.users += 1;
    return file;
  }

  #open(generation: string, mode: 'create' | 'existing'): Descriptor {
    const file: Descriptor = { fd: this.#fdOf(generation, mode), users: 0, isDoomed: false };
    file.fd.catch(() => {
      // Its users get the error; the next use opens the file again.
      file.isDoomed = true;
    });
    return file;
  }

  async #fdOf(generation: string, mode: 'create' | 'existing'): Promise<number> {
    const path = this.layout.logOf(generation);
    if (mode === 'existing') return openFile(path, 'r+');
    const flags = constants.O_RDWR | constants.O_CREAT;
    try {
      return await openFile(path, flags, PRIVATE_FILE);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await makeDirectory(this.layout.shardOf(generation));
      return openFile(path, flags, PRIVATE_FILE);
    }
  }

  #release(generation: string, file: Descriptor): void {
    file.users -= 1;
    if (file.users === 0) {
      this.#busy.delete(generation);
      if (file.isDoomed) void this.#evict(generation, file);
      else this.#idle.set(generation, file);
    }
    // One is enough: it wakes the next one when it releases its place.
    this.#waiting.shift()?.();
  }

  async #evict(generation: string, file: Descriptor): Promise<void> {
    if (this.#idle.get(generation) === file) this.#idle.delete(generation);
    const fd = await file.fd.catch(() => undefined);
    if (fd === undefined) return;
    await closeFile(fd).catch((error) => this.warn('Closing a log file failed', { generation, error }));
  }
}
