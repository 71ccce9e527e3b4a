import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { ReadOptions } from '../../../core/follow/read-to-tail';
import type { LiveSelection, Selected } from '../../../core/lines/live-selection';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { reserveTurnBytes, sliceChunks, waitForTurn } from '../../../core/scheduling/turn-byte-budget';
import { type BytesNews, timesOf } from '../../../core/store/news';
import type { Page } from '../../../core/store/store';
import { closedState } from '../../headers/stream-state';
import { ChunkedBody } from '../../live/chunked-body';
import { destroyIfStalled } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { LogResponse } from '../../live/log-response';
import { markLongLived } from '../../live/long-lived';
import { SelectionDeadline } from '../../live/selection-deadline';
import { stateNow } from '../../live/state-now';
import type { FollowedSelection } from './select-bytes';

/** The selected bytes of an open log. It may begin with bytes that are still to come, and end before the log does. */
export class SelectedTailResponse extends LogResponse {
  /** The tail at the request. */
  readonly #tail: Offset;
  readonly #body: ChunkedBody;
  readonly #live: LiveSelection;
  readonly #isTimed: boolean;
  readonly #deadline: SelectionDeadline | undefined;

  constructor(
    context: LiveContext,
    res: ServerResponse,
    info: LogInfo,
    { from, live, isTimed }: FollowedSelection,
  ) {
    super(context, res, info, from);
    this.#tail = info.tail;
    this.#live = live;
    this.#isTimed = isTimed;
    this.#body = new ChunkedBody(res);
    if (live.endsAt !== undefined)
      this.#deadline = new SelectionDeadline(context.store, this.log, live.endsAt, () =>
        this.#endIfOver(false, this.at),
      );
  }

  /** The head must be written. */
  override begin(): void {
    this.#body.begin();
    if (this.at >= this.#tail) markLongLived(this.res);
    super.begin();
  }

  override stop(): void {
    super.stop();
    this.#deadline?.stop();
  }

  protected override get readOptions(): ReadOptions {
    return { mayUseLargePages: true, withTimes: this.#isTimed };
  }

  protected sendLive(news: BytesNews, next: Offset): LiveDelivery {
    if (!this.#live.isPlain && !reserveTurnBytes(sizeOf(news.chunks))) return 'declined';
    this.#send(this.#live.take(news.chunks, next, timesOf(news, next)), next);
    return this.isBehind ? 'behind' : 'sent';
  }

  protected async sendStored(page: Page, signal: AbortSignal): Promise<void> {
    if (this.#live.isPlain || page.next <= this.#tail) this.#send(this.#live.takePage(page), page.next);
    else await this.#sendSlices(page, signal);
    if (page.next >= this.#tail) markLongLived(this.res);
    if (!this.isOver) await this.ready(signal);
  }

  /** To look for the end takes up to 10 ns per byte: a large page would stop all others for that time. */
  async #sendSlices({ chunks, times }: Page, signal: AbortSignal): Promise<void> {
    let { at } = this;
    for (const slice of sliceChunks(chunks)) {
      await waitForTurn(slice.length);
      signal.throwIfAborted();
      at = advance(at, slice.length);
      this.#send(this.#live.takePage({ chunks: [slice], next: at, ...(times && { times }) }), at);
      if (this.isOver) return;
    }
  }

  protected ended(outcome: LogOutcome): void {
    this.#end(closedState(outcome));
  }

  /** Only what is selected is delivered: `#send` counts it. */
  protected override delivered(): void {}

  #send({ chunks, isOver }: Selected, next: Offset): void {
    this.#body.write(chunks);
    this.context.meter.deliveredBytes += sizeOf(chunks);
    this.#endIfOver(isOver, next);
  }

  /** @param at up to which the response has the log */
  #endIfOver(isOver: boolean, at: Offset): void {
    if (this.isOver || !(isOver || this.#deadline?.isReached(at))) return;
    this.stop();
    this.detach(stateNow(this.store, this.log).then((state) => this.#end(state)));
  }

  #end(state: string | undefined): void {
    this.#body.end(state === undefined ? {} : { 'X-Stream-State': state });
    destroyIfStalled(this.res, this.context.config.http.consumerTimeout);
  }
}
