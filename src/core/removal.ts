import type { LogRef, Outcome, RemoveOutcome } from './log';
import type { Offset } from './offset';
import type { LogStore } from './store';

/** How long the news of a removal may be behind the removal, which another node has made. */
const NEWS_MS = 1_000;

/** The outcomes after which no read can tell how the log ended. */
export type Removal = RemoveOutcome | { readonly kind: 'replaced' };

export function isRemoval(outcome: Outcome): outcome is Removal {
  return outcome.kind !== 'complete' && outcome.kind !== 'aborted';
}

/**
 * Hears how a log was taken away. A follower that has had all of it may find it gone before it is told why; whoever listens from the
 * tail on learns it all the same, and can end its response in order.
 */
export class RemovalNews {
  #ended: { readonly at: Offset; readonly outcome: Removal } | undefined;
  #heard = (): void => {};
  readonly #unwatch: () => void;

  /** @param tail where the follower stands */
  constructor(store: LogStore, log: LogRef, tail: Offset) {
    this.#unwatch = store.watch(log, tail, (news) => {
      if (news.kind !== 'ended' || !isRemoval(news.outcome)) return;
      this.#ended = { at: news.at, outcome: news.outcome };
      this.#heard();
    });
  }

  /** How the log ended that is gone, if `at` was its end: else the follower misses some of it. */
  async of(at: Offset): Promise<Removal | undefined> {
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

  close(): void {
    this.#unwatch();
  }
}
