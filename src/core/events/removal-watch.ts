import { isRemoval, type Removal } from '../log/log';
import type { Offset } from '../log/offset';
import type { LogNews } from '../store/store';

/** How long the news of a removal may be behind the removal, which another node has made. */
const NEWS_MS = 1_000;

/**
 * Remembers how a log was taken away, for a follower that reads. It may find the log gone, having had all of it, before it is told
 * why; when its watcher tells this of all news from before the first read on, the follower can end its response in order.
 */
export class RemovalWatch {
  #ended: { readonly at: Offset; readonly outcome: Removal } | undefined;
  #heard = (): void => {};

  onNews(news: LogNews): void {
    if (news.kind !== 'ended' || !isRemoval(news.outcome)) return;
    this.#ended = { at: news.at, outcome: news.outcome };
    this.#heard();
  }

  /** How the log ended that is gone, if `at` was its end: else the follower misses some of it. */
  async outcomeAt(at: Offset): Promise<Removal | undefined> {
    if (this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, NEWS_MS);
        this.#heard = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    return this.#ended?.at === at ? this.#ended.outcome : undefined;
  }
}
