import type { ServerResponse } from 'node:http';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { ReadOptions } from '../../../core/follow/read-to-tail';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { FoundLine } from '../../../core/search/found-line';
import type { LogSearch } from '../../../core/search/log-search';
import type { Page } from '../../../core/store/store';
import { signalUntilClosed } from '../../live/consumers';
import type { LiveContext } from '../../live/live-context';
import { LogResponse } from '../../live/log-response';
import { markLongLived } from '../../live/long-lived';
import { asSearchError, type BegunSearch } from './begin-search';
import type { MatchResponse } from './match-response';

interface FollowedSearch {
  readonly begun: BegunSearch;
  readonly search: LogSearch;
  readonly from: Offset;
  readonly response: MatchResponse;
  readonly limitRead: Required<ReadOptions>['limitRead'];
}

/**
 * The matches of a log that goes on. Live bytes are read from the store like all others: searching them takes time, perhaps in another
 * thread, and more may come meanwhile.
 */
export class FollowedMatches extends LogResponse {
  readonly #begun: BegunSearch;
  readonly #search: LogSearch;
  readonly #response: MatchResponse;
  readonly #readOptions: ReadOptions;
  /** The matches that are sent although the lines after them have not come. */
  #flushed: Promise<void> = Promise.resolve();
  #settle: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(context: LiveContext, res: ServerResponse, info: LogInfo, followed: FollowedSearch) {
    super(context, res, info, followed.from);
    this.#begun = followed.begun;
    this.#search = followed.search;
    this.#response = followed.response;
    this.#readOptions = { withTimes: true, limitRead: followed.limitRead };
  }

  /** Begins. Resolves once the head is out, or the reader has left. @throws what comes in its place */
  whenBegun(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.begin();
    });
  }

  override stop(): void {
    super.stop();
    if (this.res.closed || this.#response.isBegun) this.#settle?.resolve();
  }

  override close(): void {
    super.close();
    this.#settle?.resolve();
  }

  protected override get readOptions(): ReadOptions {
    return this.#readOptions;
  }

  protected sendLive(): LiveDelivery {
    return 'declined';
  }

  protected async sendStored(page: Page, signal: AbortSignal): Promise<void> {
    await this.#flushed;
    for await (const found of this.#search.push(page, signal)) {
      if (this.isOver) return;
      await this.#write(found, signal);
    }
    page.release?.();
  }

  /** All that is committed was searched. What waits for the lines after it is sent with those that there are. */
  protected override caughtUp(): void {
    this.#begun.leave();
    this.#begun.matcher.renew();
    this.#response.begin();
    markLongLived(this.res);
    this.#settle?.resolve();
    const rest = this.#search.flush();
    if (rest.length === 0) return;
    this.#flushed = this.#write(rest, signalUntilClosed(this.res));
    this.detach(this.#flushed);
  }

  protected ended(outcome: LogOutcome): void {
    this.detach(this.#end(outcome));
  }

  protected override failed(error: unknown): void {
    const { scannedBytes, line: next } = this.#search;
    try {
      this.#response.fail(asSearchError(error, next), { scannedBytes, next });
    } catch (failure) {
      if (this.#response.isBegun) throw failure;
      this.#settle?.reject(failure);
    }
  }

  get #progress() {
    const { scannedBytes, cutLines } = this.#search;
    return { scannedBytes, cutLines };
  }

  async #end(outcome: LogOutcome): Promise<void> {
    const signal = signalUntilClosed(this.res);
    try {
      await this.#flushed;
      for await (const found of this.#search.end(signal)) {
        await this.#write(found, signal);
        if (this.res.writableEnded) return;
      }
      this.#response.end({ truncated: false, ...this.#progress, state: 'closed', outcome: outcome.kind });
      this.#settle?.resolve();
    } catch (error) {
      this.failed(error);
    }
  }

  async #write(found: readonly FoundLine[], signal: AbortSignal): Promise<void> {
    const last = await this.#response.write(found, signal);
    this.#settle?.resolve();
    if (last === undefined) return;
    this.stop();
    const scannedBytes = this.#search.scannedBytesAt(last);
    this.#response.end({ truncated: true, ...this.#progress, scannedBytes, next: last.line + 1 });
  }
}
