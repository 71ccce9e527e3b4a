import { Follower, type LiveDelivery } from '../../src/core/follow/follower';
import { LogError } from '../../src/core/log/errors';
import type { LogOutcome, LogRef } from '../../src/core/log/log';
import type { Offset } from '../../src/core/log/offset';
import type { BytesNews } from '../../src/core/store/news';
import type { LogStore, Page } from '../../src/core/store/store';

/** Bytes of a followed log, or its end. */
export interface FollowedPage {
  readonly chunks: readonly Buffer[];
  readonly next: Offset;
  readonly end?: LogOutcome;
}

/**
 * Every byte from `from` on, then live, until the log's end, which is the last item.
 * @throws LogError `LOG_GONE` when bytes are missing; `BYTES_LOST`; the signal's reason
 */
export async function* follow(
  store: LogStore,
  log: LogRef,
  from: Offset,
  signal: AbortSignal,
  tail = from,
): AsyncGenerator<FollowedPage, void> {
  signal.throwIfAborted();
  const pages = new FollowedPages(store, log, from, tail);
  const onAbort = (): void => pages.fail(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    pages.begin();
    for (;;) {
      const page = await pages.next();
      yield page;
      if (page.end !== undefined) return;
      pages.taken();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    pages.stop();
  }
}

/** Keeps what was delivered until it is asked for. A page of the store is asked for only when the one before was taken. */
class FollowedPages extends Follower {
  readonly #pages: FollowedPage[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake = (): void => {};
  #onTaken = (): void => {};

  begin(): void {
    this.read();
  }

  async next(): Promise<FollowedPage> {
    for (;;) {
      const page = this.#pages.shift();
      if (page !== undefined) return page;
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  taken(): void {
    this.#onTaken();
  }

  fail(error: unknown): void {
    this.stop();
    this.#failure = { error };
    this.#wake();
  }

  protected sendLive({ chunks }: BytesNews, next: Offset): LiveDelivery {
    this.#add({ chunks, next });
    return 'sent';
  }

  protected async sendStored({ chunks, next }: Page): Promise<void> {
    if (chunks.length === 0) return;
    this.#add({ chunks, next });
    await new Promise<void>((resolve) => {
      this.#onTaken = resolve;
    });
  }

  protected ended(end: LogOutcome): void {
    this.#add({ chunks: [], next: this.at, end });
  }

  protected lost(): void {
    this.fail(new LogError('BYTES_LOST'));
  }

  protected failed(error: unknown): void {
    this.fail(error);
  }

  protected detach(work: Promise<void>): void {
    work.catch((error: unknown) => this.fail(error));
  }

  #add(page: FollowedPage): void {
    this.#pages.push(page);
    this.#wake();
  }
}
