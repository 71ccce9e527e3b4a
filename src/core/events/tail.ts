import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import { TurnTimeBudget } from '../scheduling/turn-time-budget';
import type { BytesNews, LogNews, Watcher } from '../store/news';
import { JoinedNews } from './joined-news';

/** A watcher of a log. */
export interface Watch {
  readonly watcher: Watcher;
  /** It still has to get `moved`, for what happened before it came. */
  isBehind: boolean;
}

/** One news on its way to the watchers that were there when it began, and have not left since. */
interface Pass {
  readonly news: LogNews;
  readonly watches: readonly Watch[];
  /** The index of the watch that is next. */
  next: number;
}

/** How many watchers are called before the clock is read. A pass over no more than these is never cut. */
const STEP_WATCHES = 32;

/**
 * For the passes of all logs together. A step of a commit, such as a write that has ended, waits for the turn after the one in which it is
 * due: with 3 ms, the next lines of a producer that sends one request per line come too late for the next pass.
 */
const passTime = new TurnTimeBudget(1);

/**
 * The watchers of one log, and the news on their way to them.
 *
 * IDLE     all watchers have all news.
 * PASSING  watchers are called, one after the other. When the turn of the event loop has no time left, the pass goes on in the next one, so
 *          that sockets are read in between: to write to 2,000 of them takes 20 ms. The bytes that are committed meanwhile leave
 *          together, in the next pass. All other news, and more bytes than may wait, end the present pass at once: they keep their
 *          order and their turn, and no more bytes wait in memory than that.
 */
export class Tail {
  readonly watches = new Set<Watch>();
  #pass: Pass | undefined;
  /** The bytes for the next pass. Absent mostly: many logs may be watched at once, as by a spy. */
  #waiting: JoinedNews | undefined;
  #isDue = false;

  /** @param at up to where the watchers have the bytes of the log, or get them by news that are on their way */
  constructor(
    readonly log: LogRef,
    public at: Offset,
  ) {}

  deliver(news: LogNews): void {
    if (this.#pass !== undefined) {
      if (news.kind === 'bytes' && this.#join(news)) return;
      this.#finish();
    }
    this.#begin(news);
    if (news.kind === 'bytes' && news.end === undefined) this.#goOn();
    else this.#finish();
  }

  /** `moved` for what was before has to precede all other news. */
  notifyIfBehind(own: Watch): void {
    if (!own.isBehind || !this.watches.has(own)) return;
    own.isBehind = false;
    own.watcher({ kind: 'moved' });
  }

  #join(news: BytesNews): boolean {
    this.#waiting ??= new JoinedNews();
    return this.#waiting.add(news);
  }

  #begin(news: LogNews): void {
    this.#pass = { news, watches: [...this.watches], next: 0 };
  }

  /** Calls watchers as long as this turn has time, and at least one step of them. */
  #goOn(): void {
    for (let pass = this.#pass; pass !== undefined; pass = this.#pass) {
      const present = pass;
      if (present.watches.length <= STEP_WATCHES) this.#callSome(present, STEP_WATCHES);
      else passTime.spend(() => this.#callSome(present, STEP_WATCHES));
      this.#endIfOver(present);
      if (this.#pass === undefined || passTime.hasTime) continue;
      this.#goOnLater();
      return;
    }
  }

  #goOnLater(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    passTime.whenTime(() => {
      this.#isDue = false;
      this.#goOn();
    });
  }

  /** Calls all watchers that are left, also with the bytes that wait. */
  #finish(): void {
    for (let pass = this.#pass; pass !== undefined; pass = this.#pass) {
      this.#callSome(pass, pass.watches.length);
      this.#endIfOver(pass);
    }
  }

  /** A watcher may cause news itself, and so the end of the pass that calls it. */
  #callSome(pass: Pass, most: number): void {
    for (let called = 0; called < most && pass.next < pass.watches.length; called += 1) {
      const own = pass.watches[pass.next++];
      if (own === undefined) return;
      this.notifyIfBehind(own);
      if (this.watches.has(own)) own.watcher(pass.news);
    }
  }

  #endIfOver(pass: Pass): void {
    if (pass !== this.#pass || pass.next < pass.watches.length) return;
    const waiting = this.#waiting?.news;
    this.#waiting = undefined;
    if (waiting === undefined) this.#pass = undefined;
    else this.#begin(waiting);
  }
}
