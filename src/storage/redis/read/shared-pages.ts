import type { LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimedPage } from '../../../core/store/store';
import type { Locator } from './locator';

/** How long a page, or a request for it, is kept. Readers that began together are hardly further apart. */
const KEPT_MS = 100;
const REQUESTS_MAX = 4_096;

interface PendingRead {
  readonly page: Promise<TimedPage>;
  /** Another reader has requested it, too. */
  isWanted: boolean;
}

interface CachedPage {
  readonly page: TimedPage;
  readonly bytes: number;
  readonly at: number;
}

/**
 * Reads a page once for all readers that request it at about the same time, as when a build has failed and a whole team opens its log.
 * Only pages before the tail are shared, because they never change. A page that one reader requests is not kept.
 */
export class SharedPages {
  /** By the key of the page, like the other maps. */
  readonly #reading = new Map<string, PendingRead>();
  /** When each page was requested, the oldest first. In a map of its own, so that no page is kept alive by it. */
  readonly #requested = new Map<string, number>();
  /** The oldest first. */
  readonly #kept = new Map<string, CachedPage>();
  #keptBytes = 0;
  #tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly locator: Locator,
    /** How many bytes of pages are kept. */
    private readonly bytesMax: number,
    private readonly readPage: (log: LogRef, from: Offset, bytesMax: number) => Promise<TimedPage>,
  ) {}

  async read(log: LogRef, from: Offset, bytes: number): Promise<TimedPage> {
    const epoch = this.locator.cachedEpoch(log);
    const isFinal = this.locator.hasBytesUpTo(log, advance(from, bytes));
    // If the log is gone, may have expired, or has shrunk, no page here is valid.
    if (epoch === undefined || !isFinal || bytes > this.bytesMax) return this.readPage(log, from, bytes);
    const key = `${log.generation}:${epoch}:${this.locator.lastLossNumber(log)}:${from}:${bytes}`;
    const reading = this.#reading.get(key);
    const page = this.#kept.get(key)?.page ?? (reading && (await awaitShared(reading)));
    // A failure is thrown to the first reader only: the others try for themselves. A loss of bytes is thrown to each.
    if (page !== undefined && page.next > from) return page;
    const isWanted = this.#requested.has(key);
    if (!isWanted) this.#requested.set(key, performance.now());
    this.#tidy();
    return this.#read(key, bytes, { page: this.readPage(log, from, bytes), isWanted });
  }

  async #read(key: string, bytes: number, reading: PendingRead): Promise<TimedPage> {
    this.#reading.set(key, reading);
    try {
      const page = await reading.page;
      if (reading.isWanted) this.#keep(key, { page, bytes, at: performance.now() });
      return page;
    } finally {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    }
  }

  #keep(key: string, kept: CachedPage): void {
    this.#drop(key);
    this.#kept.set(key, kept);
    this.#keptBytes += kept.bytes;
    this.#tidy();
  }

  #drop(key: string): void {
    this.#keptBytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  /** Drops what is too old or too much. */
  #tidy(): void {
    const since = performance.now() - KEPT_MS;
    for (const [key, at] of this.#requested) {
      if (at > since && this.#requested.size <= REQUESTS_MAX) break;
      this.#requested.delete(key);
    }
    for (const [key, { at }] of this.#kept) {
      if (at > since && this.#keptBytes <= this.bytesMax) break;
      this.#drop(key);
    }
    if (this.#requested.size + this.#kept.size === 0) return;
    this.#tidying ??= setTimeout(() => {
      this.#tidying = undefined;
      this.#tidy();
    }, KEPT_MS).unref();
  }
}

async function awaitShared(reading: PendingRead): Promise<TimedPage | undefined> {
  reading.isWanted = true;
  return reading.page.catch(() => undefined);
}
