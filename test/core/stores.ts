import { type LogRef, type Writer, writerOf } from '../../src/core/log/log';
import { generateLogId } from '../../src/core/log/log-id';
import { type Offset, START } from '../../src/core/log/offset';
import type { Watcher } from '../../src/core/store/news';
import type { LogStore, Page } from '../../src/core/store/store';
import { MemoryStore } from '../../src/storage/memory/memory-store';

export async function createLog(store: LogStore): Promise<Writer> {
  const { info } = await store.create(generateLogId(), { contentType: 'text/plain', graceMs: 60_000 }, 'new');
  return writerOf(info);
}

export async function createLogOf(store: LogStore, content: string): Promise<Writer> {
  const writer = await createLog(store);
  await store.append(writer, START, [Buffer.from(content)]);
  return writer;
}

export async function textOf(store: LogStore, log: LogRef): Promise<string> {
  const { chunks } = await store.read(log, START, Number.MAX_SAFE_INTEGER);
  return Buffer.concat(chunks).toString();
}

/** Keeps every append waiting until it is let through, and remembers what it was asked to append. */
export class GatedStore extends MemoryStore {
  readonly asked: { readonly at: Offset; readonly bytes: Buffer; readonly pieces: number }[] = [];
  #waiting: (() => void)[] = [];
  #onAsked = (): void => {};
  #isOpen = false;

  override async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    this.asked.push({ at, bytes: Buffer.concat(chunks), pieces: chunks.length });
    this.#onAsked();
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return super.append(writer, at, chunks);
  }

  /** Resolves once `count` appends were asked for in all. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) {
      await new Promise<void>((resolve) => {
        this.#onAsked = resolve;
      });
    }
  }

  /** Lets the append through that waits, and with `open` all that come. */
  release(how: 'one' | 'open'): void {
    if (how === 'open') this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Counts its watchers, and records the offset of each read. */
export class ObservedStore extends MemoryStore {
  watching = 0;
  readonly reads: Offset[] = [];
  /** Those that have not left. */
  readonly watchers = new Set<Watcher>();
  /** Called before each read; what it throws the read throws. */
  beforeRead: () => void = () => {};
  #onWatch = (): void => {};

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    this.reads.push(from);
    this.beforeRead();
    return super.read(log, from, bytesMax);
  }

  override watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    this.watching += 1;
    this.watchers.add(watcher);
    const unwatch = super.watch(log, seen, watcher);
    let isOver = false;
    this.#onWatch();
    return () => {
      if (!isOver) this.watching -= 1;
      isOver = true;
      this.watchers.delete(watcher);
      unwatch();
    };
  }

  /** Resolves once the log has that many watchers. */
  async untilWatched(watchers = 1): Promise<void> {
    while (this.watching < watchers) {
      await new Promise<void>((resolve) => {
        this.#onWatch = resolve;
      });
    }
  }
}
