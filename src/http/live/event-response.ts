import type { ServerResponse } from 'node:http';
import type { LogInfo } from '../../core/log/log';
import { advance, type Offset } from '../../core/log/offset';
import { sliceChunks, waitForTurn } from '../../core/scheduling/turn-byte-budget';
import type { Page } from '../../core/store/store';
import type { LiveContext } from './live-context';
import { LogResponse } from './log-response';
import { markLongLived } from './long-lived';

/** A log in another form than its bytes, such as events. It is encoded for each reader, a bounded number of bytes per turn of the event loop. */
export abstract class EventResponse extends LogResponse {
  /** Of the log at the request. */
  protected readonly tail: Offset;
  readonly #isOpen: boolean;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(context: LiveContext, res: ServerResponse, info: LogInfo, from: Offset) {
    super(context, res, info, from);
    this.tail = info.tail;
    this.#isOpen = info.state !== 'closed';
    // With an argument instead of a closure, which is larger.
    this.#heartbeat = setInterval(keepOpen, context.config.live.heartbeat, this);
  }

  /** Keeps the connection open unless the client has enough to take. */
  keepOpen(): void {
    if (!this.res.writableNeedDrain) this.writeHeartbeat();
  }

  override stop(): void {
    super.stop();
    clearInterval(this.#heartbeat);
  }

  protected abstract writeHeartbeat(): void;

  /** Writes bytes of `page` that end at `next`. */
  protected abstract writeSlice(slice: Buffer, next: Offset, page: Page): Promise<void> | void;

  /** What is encoded at once. */
  protected slicesOf(chunks: readonly Buffer[]): Iterable<Buffer> {
    return sliceChunks(chunks);
  }

  /** How many bytes a slice counts as in the budget of a turn. */
  protected sizeOf(slice: Buffer): number {
    return slice.length;
  }

  protected async sendStored(page: Page, signal: AbortSignal): Promise<void> {
    let { at } = this;
    for (const slice of this.slicesOf(page.chunks)) {
      await waitForTurn(this.sizeOf(slice));
      signal.throwIfAborted();
      at = advance(at, slice.length);
      await this.writeSlice(slice, at, page);
      if (this.#isOpen && at >= this.tail) markLongLived(this.res);
      await this.ready(signal);
    }
    page.release?.();
  }
}

function keepOpen(response: EventResponse): void {
  response.keepOpen();
}
