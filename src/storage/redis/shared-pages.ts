import type { LogRef } from '../../core/log';
import { advance, type Offset } from '../../core/offset';
import type { Page } from '../../core/store';
import type { Locator } from './locate';

/**
 * How long a page, or that it was asked for, is remembered. Readers that began together are hardly further apart; and what one after
 * the other reads is not worth its memory, which is collected late.
 */
const REMEMBERED_MS = 100;
const REMEMBERED_MAX = 4_096;

/** A page that was asked for. */
interface Asked {
  readonly bytes: number;
  readonly at: number;
  /** Present while it is being read, and afterwards if somebody else wanted it, too. */
  page: Promise<Page> | undefined;
  isWanted: boolean;
}

/**
 * Reads pages once for all who read the same log at about the same time, as when a build has failed and everybody looks at its log.
 * Only pages are shared that are known to end before the tail: they never change. A page that one reader wants is not kept.
 */
export class SharedPages {
  /** By what was asked for, the oldest first. */
  readonly #asked = new Map<string, Asked>();
  /** Of what is kept. */
  #bytes = 0;
  #tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly locator: Locator,
    /** How much is kept at the most. */
    private readonly bytesMax: number,
    private readonly readPage: (log: LogRef, from: Offset, bytesMax: number) => Promise<Page>,
  ) {}

  async read(log: LogRef, from: Offset, bytes: number): Promise<Page> {
    const epoch = this.locator.remembered(log);
    const isFinal = this.locator.hasUpTo(log, advance(from, bytes));
    // Of a log that is gone, may have expired, or has shrunk, nothing here holds.
    if (epoch === undefined || !isFinal || bytes > this.bytesMax) return this.readPage(log, from, bytes);
    const key = `${log.generation}:${epoch}:${from}:${bytes}`;
    const asked = this.#asked.get(key);
    if (asked === undefined) return this.#readFirst(key, log, from, bytes);
    if (!asked.isWanted) this.#want(key, asked);
    asked.page ??= this.readPage(log, from, bytes);
    const page = await asked.page.catch(() => undefined);
    // A failure is told to whoever asked first, and a loss to each.
    return page !== undefined && page.next > from ? page : this.readPage(log, from, bytes);
  }

  async #readFirst(key: string, log: LogRef, from: Offset, bytes: number): Promise<Page> {
    const page = this.readPage(log, from, bytes);
    const asked: Asked = { bytes, at: performance.now(), page, isWanted: false };
    this.#asked.set(key, asked);
    this.#tidy();
    try {
      return await page;
    } finally {
      if (!asked.isWanted) asked.page = undefined;
    }
  }

  #want(key: string, asked: Asked): void {
    asked.isWanted = true;
    if (this.#asked.get(key) === asked) this.#bytes += asked.bytes;
    this.#tidy();
  }

  /** Forgets what is too old or too much. */
  #tidy(): void {
    const since = performance.now() - REMEMBERED_MS;
    for (const [key, { at, bytes, isWanted }] of this.#asked) {
      const isTooMuch = this.#bytes > this.bytesMax || this.#asked.size > REMEMBERED_MAX;
      if (at > since && !isTooMuch) break;
      this.#asked.delete(key);
      if (isWanted) this.#bytes -= bytes;
    }
    if (this.#asked.size === 0) return;
    this.#tidying ??= setTimeout(() => {
      this.#tidying = undefined;
      this.#tidy();
    }, REMEMBERED_MS).unref();
  }
}
