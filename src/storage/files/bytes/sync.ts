import { messageOf } from '../../../core/log/errors';
import type { Offset } from '../../../core/log/offset';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Warn } from '../../../core/store/warnings';
import type { Durability } from '../disk/durability';
import { isMissing } from '../disk/failures';
import { syncFile, syncPath } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { DescriptorPool } from './descriptor-pool';

/** Node's pool has four threads by default: slow syncs may block three, and one is left for reads and writes. */
const SYNCS_AT_ONCE = 3;

interface SyncOptions {
  readonly durability: Durability;
  readonly intervalMs: number;
  readonly warn: Warn;
  /** Called after each sync in the background, with the lengths that are synced. Must not throw. */
  readonly onSynced?: (ends: ReadonlyMap<string, Offset>) => Promise<void>;
}

/** Syncs written bytes to the disk, when and how the durability demands. */
export class Sync {
  /** Logs with bytes that may only be in the page cache, and their lengths, if those are known. */
  #dirty = new Map<string, Offset | undefined>();
  /** Shards with names that may only be there. */
  #dirtyShards = new Set<string>();
  readonly #syncs = new Semaphore(SYNCS_AT_ONCE);
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  /** The kernel may mark pages as clean whose write failed: a later sync that succeeds proves nothing about those. */
  #hasFailed = false;

  constructor(
    private readonly layout: Layout,
    private readonly descriptors: Pick<DescriptorPool, 'use'>,
    private readonly options: SyncOptions,
  ) {}

  /** Awaited between a write and its acknowledgement. `isNew`: the log's file may just have been created. */
  async written(generation: string, fd: number, isNew: boolean, end?: Offset): Promise<void> {
    if (this.options.durability === 'always') {
      await this.#syncs.run(() => syncFile(fd));
      if (isNew) await this.#syncs.run(() => syncPath(this.layout.shardOf(generation)));
    } else if (this.options.durability === 'interval') {
      this.#dirty.set(generation, end);
      if (isNew) this.#dirtyShards.add(this.layout.shardOf(generation));
      this.#arm();
    }
  }

  /** The file of a log ends at `end`, which the last process may not have synced. */
  markUnsynced(generation: string, end: Offset): void {
    if (this.options.durability === 'os') return;
    this.#dirty.set(generation, end);
    this.#arm();
  }

  /** The log was removed: its bytes need no sync. */
  forget(generation: string): void {
    this.#dirty.delete(generation);
  }

  /** Syncs all dirty logs. @returns whether all that was ever written is on the disk */
  async close(): Promise<boolean> {
    clearTimeout(this.#timer);
    await this.#pass;
    await this.#syncAll();
    clearTimeout(this.#timer);
    return this.options.durability !== 'os' && !this.#hasFailed;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#pass !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pass = this.#syncAll().finally(() => {
        this.#pass = undefined;
        if (this.#dirty.size + this.#dirtyShards.size > 0) this.#arm();
      });
    }, this.options.intervalMs).unref();
  }

  async #syncAll(): Promise<void> {
    const [logs, shards] = [this.#dirty, this.#dirtyShards];
    // Later writes count for the next pass.
    this.#dirty = new Map();
    this.#dirtyShards = new Set();
    await Promise.all(
      [...shards].map(async (shard) => {
        if (!(await this.#attempt(shard, () => this.#syncShard(shard)))) this.#dirtyShards.add(shard);
      }),
    );
    const ends = new Map<string, Offset>();
    await Promise.all(
      [...logs].map(async ([log, end]) => {
        if (!(await this.#attempt(log, () => this.#syncLog(log))))
          this.#dirty.set(log, this.#dirty.get(log) ?? end);
        else if (end !== undefined) ends.set(log, end);
      }),
    );
    if (ends.size > 0) await this.options.onSynced?.(ends);
  }

  /** @returns whether it was synced */
  async #attempt(what: string, sync: () => Promise<void>): Promise<boolean> {
    try {
      await sync();
      return true;
    } catch (error) {
      this.#hasFailed = true;
      this.options.warn(`Syncing to the disk failed: ${messageOf(error)}`, { what, error });
      return false;
    }
  }

  #syncLog(generation: string): Promise<void> {
    return this.#syncs.run(async () => {
      try {
        await this.descriptors.use(generation, 'existing', (fd) => syncFile(fd));
      } catch (error) {
        // Removed since, or never created because it is empty: there is nothing to sync.
        if (!isMissing(error)) throw error;
      }
    });
  }

  #syncShard(shard: string): Promise<void> {
    return this.#syncs.run(() => syncPath(shard));
  }
}
