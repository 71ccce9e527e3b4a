import { isLogError } from '../log/errors';
import type { LogRef } from '../log/log';
import type { Loss } from '../log/loss';
import type { Offset } from '../log/offset';
import type { BytesNews } from '../store/news';
import type { LogStore, Page } from '../store/store';
import { Follower, type LiveDelivery } from './follower';
import type { ManyLogsListener } from './many-logs-listener';
import type { ReadOptions } from './read-to-tail';

/** What the followed logs of one listener share. */
export interface FollowContext {
  readonly store: LogStore;
  readonly listener: ManyLogsListener;
  readonly readOptions: ReadOptions;
  /** Aborts when the listener has left. */
  readonly signal: AbortSignal;
  readonly onEnd: (log: LogRef) => void;
}

/** One log of many. Its end is reported in the turn of the news: before the start of a log in its place. */
export class FollowedLog extends Follower {
  constructor(
    private readonly context: FollowContext,
    log: LogRef,
    from: Offset,
  ) {
    super(context.store, log, from);
    context.listener.started(log);
  }

  override stop(): void {
    super.stop();
    this.context.onEnd(this.log);
  }

  protected override get readOptions(): ReadOptions {
    return this.context.readOptions;
  }

  protected override get readSignal(): AbortSignal {
    return this.context.signal;
  }

  /** The end of a log that is gone must not wait: the start of the log in its place may be next. */
  protected override get removalNewsMs(): number {
    return 0;
  }

  protected sendLive({ chunks }: BytesNews): LiveDelivery {
    return this.context.listener.bytes(this.log, chunks) ? 'sent' : 'declined';
  }

  protected sendStored({ chunks }: Page): void {
    if (chunks.length > 0) this.context.listener.stored(this.log, chunks);
  }

  protected ended(): void {
    this.context.listener.ended(this.log);
  }

  protected lost(loss: Loss): void {
    let { at } = this;
    if (loss.from < at) {
      at = loss.from;
      this.context.listener.lost(this.log, loss);
    }
    this.restart(at);
  }

  /** The listener goes on with the other logs, whatever is wrong with this one. */
  protected failed(error: unknown, missing: number): void {
    if (!isLogError(error)) return;
    if (missing > 0) this.context.listener.skipped(this.log, missing);
    this.ended();
  }

  protected detach(work: Promise<void>): void {
    work.catch(() => this.stop());
  }
}
