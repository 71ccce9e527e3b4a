import type { LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { Page } from '../../../core/store/store';
import type { Locator } from './locator';

/**
 * How long a page, or that it was asked for, is remembered. Readers that began together are hardly further apart; and what one after
 * the other reads is not worth its memory, which is collected late.
 */
const REMEMBERED_MS = 100;
const REMEMBERED_MAX = 4_096;

interface PendingRead {
  readonly page: Promise<Page>;
  /** Somebody else has asked for it, too. */
  isWanted: boolean;
}

interface CachedPage {
  readonly page: Page;
  readonly bytes: number;
  readonly at: number;
}

/**
 * Reads pages once for all who read the same log at about the same time, as when a build has failed and everybody looks at its log.
 * Only pages are shared that are known to end before the tail: they never change. A page that one reader wants is not kept.
 */
export class SharedPages {
  /** By what is asked for, as all of these. */
  readonly #reading = new Map<string, PendingRead>();
  /** When it was asked for, the oldest first. That and the page apart: what is remembered for long must never have held a page. */
  readonly #asked = new Map<string, number>();
  /** The oldest first. */
  readonly #kept = new Map<string, CachedPage>();
  #keptBytes = 0;
  #tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly locator: Locator,
    /** How much is kept at the most. */
    private readonly bytesMax: number,
    private readonly readPage: (log: LogRef, from: Offset, bytesMax: number) => Promise<Page>,
  ) {}

  async read(log: LogRef, from: Offset, bytes: number): Promise<Page> {
    const epoch = this.locator.cachedEpoch(log);
    const isFinal = this.locator.hasBytesUpTo(log, advance(from, bytes));
    // Of a log that is gone, may have expired, or has shrunk, nothing here holds.
    if (epoch === undefined || !isFinal || bytes > this.bytesMax) return this.readPage(log, from, bytes);
    const key = `${log.generation}:${epoch}:${this.locator.lastLossNumber(log)}:${from}:${bytes}`;
    const reading = this.#reading.get(key);
    const page = this.#kept.get(key)?.page ?? (reading && (await wantedOf(reading)));
    // A failure is told to whoever asked first, and a loss to each.
    if (page !== undefined && page.next > from) return page;
    const isWanted = this.#asked.has(key);
    if (!isWanted) this.#asked.set(key, performance.now());
    this.#tidy();
    return this.#read(key, bytes, { page: this.readPage(log, from, bytes), isWanted });
  }

  async #read(key: string, bytes: number, reading: PendingRead): Promise<Page> {
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

  /** Forgets what is too old or too much. */
  #tidy(): void {
    const since = performance.now() - REMEMBERED_MS;
    for (const [key, at] of this.#asked) {
      if (at > since && this.#asked.size <= REMEMBERED_MAX) break;
      this.#asked.delete(key);
    }
    for (const [key, { at }] of this.#kept) {
      if (at > since && this.#keptBytes <= this.bytesMax) break;
      this.#drop(key);
    }
    if (this.#asked.size + this.#kept.size === 0) return;
    this.#tidying ??= setTimeout(() => {
      this.#tidying = undefined;
      this.#tidy();
    }, REMEMBERED_MS).unref();
  }
}

async function wantedOf(reading: PendingRead): Promise<Page | undefined> {
  reading.isWanted = true;
  return reading.page.catch(() => undefined);
}
