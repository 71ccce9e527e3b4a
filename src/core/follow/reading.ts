import { sizeOf } from '../bytes/size-of';
import { isRemoval, type Removal } from '../log/log';
import { advance, type Offset } from '../log/offset';
import type { LogNews } from '../store/news';

/** One catch-up of a follower: what the news say while it reads. */
export class Reading {
  #stopping: AbortController | undefined;
  /** The furthest offset that the news have named. */
  #tail: Offset | undefined;
  /** The news of this pass say that there is more than what they have named, or something else than bytes. */
  #mustLook = false;
  /** The news of this pass have named bytes. */
  #hasBytes = false;
  #removal: { readonly at: Offset; readonly outcome: Removal } | undefined;
  #onRemoval = (): void => {};

  /** @param outer the signal to read with. Without one the reading has its own, which `stop` aborts */
  constructor(private readonly outer?: AbortSignal) {}

  get signal(): AbortSignal {
    if (this.outer !== undefined) return this.outer;
    this.#stopping ??= new AbortController();
    return this.#stopping.signal;
  }

  onNews(news: LogNews): void {
    if (news.kind === 'bytes') {
      this.#hasBytes = true;
      this.#tail = advance(news.from, sizeOf(news.chunks));
    } else this.#mustLook = true;
    if (news.kind !== 'ended') return;
    this.#tail = news.at;
    if (!isRemoval(news.outcome)) return;
    this.#removal = { at: news.at, outcome: news.outcome };
    this.#onRemoval();
  }

  /** The store is about to be read up to its tail. Such a read has all that the news have named by now. */
  beginPass(): void {
    this.#mustLook = false;
    this.#hasBytes = false;
  }

  /**
   * Whether the news of this pass name more than was read up to `at`. Each counts once: if Redis has lost those bytes since, the
   * follower would otherwise look for them forever.
   */
  hasMore(at: Offset): boolean {
    return this.#mustLook || (this.#hasBytes && this.bytesAfter(at) > 0);
  }

  /** How many bytes after `at` the news have named. */
  bytesAfter(at: Offset): number {
    return Math.max(0, (this.#tail ?? at) - at);
  }

  /** How a log that is gone was removed, if it ended at `at`. The news of that may come up to `newsMs` after the read. */
  async removalAt(at: Offset, newsMs: number): Promise<Removal | undefined> {
    if (this.#removal === undefined && newsMs > 0) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, newsMs);
        this.#onRemoval = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    return this.#removal?.at === at ? this.#removal.outcome : undefined;
  }

  stop(): void {
    this.#stopping?.abort();
  }
}
