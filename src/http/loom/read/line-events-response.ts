import type { ServerResponse } from 'node:http';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { ReadOptions } from '../../../core/follow/read-to-tail';
import type { Selected } from '../../../core/lines/live-selection';
import type { Bounds } from '../../../core/lines/selection';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import { DamageError, LostTailError } from '../../../core/store/damage';
import type { Page } from '../../../core/store/store';
import { closedState } from '../../headers/stream-state';
import { EventResponse } from '../../live/event-response';
import { finish } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { SelectionDeadline } from '../../live/selection-deadline';
import { stateNow } from '../../live/state-now';
import { EventIds } from './event-ids';
import { LineEventWriter } from './line-event-writer';
import type { SelectedBytes } from './select-bytes';

/** What a reader of events gets. */
export interface SelectedEvents {
  readonly selected: SelectedBytes;
  /** The data of a `reset` event that comes first. */
  readonly reset: string | undefined;
  /** What is left of them; the ids of the events have it. */
  readonly bounds: Bounds;
}

/** The selected bytes of a log as events of whole lines. */
export class LineEventsResponse extends EventResponse {
  readonly #writer: LineEventWriter;
  readonly #selected: SelectedBytes;
  readonly #deadline: SelectionDeadline | undefined;
  /** After the last byte that was selected. */
  #end: Offset;

  constructor(context: LiveContext, res: ServerResponse, info: LogInfo, events: SelectedEvents) {
    const { selected, reset, bounds } = events;
    const { from, live } = selected;
    super(context, res, info, from);
    this.#selected = selected;
    this.#end = from;
    const ids = new EventIds(info, bounds);
    this.#writer = new LineEventWriter(res, from, ids, context.config.live.partialAfter);
    if (reset !== undefined) this.#writer.reset(reset);
    if (live?.endsAt !== undefined && !selected.isComplete)
      this.#deadline = new SelectionDeadline(context.store, this.log, live.endsAt, () =>
        this.#finishIfOver(false, this.at),
      );
  }

  override begin(): void {
    this.context.consumers.add(this.res, this);
    this.#finishIfOver(false, this.at);
    if (!this.isOver) this.read();
  }

  override stop(): void {
    super.stop();
    this.#writer.stop();
    this.#deadline?.stop();
  }

  protected override get readOptions(): ReadOptions {
    return { withTimes: this.#selected.isTimed };
  }

  protected sendLive(
    chunks: readonly Buffer[],
    next: Offset,
    _isEnd: boolean,
    committedAt: number,
  ): LiveDelivery {
    if (!reserveTurnBytes(sizeOf(chunks))) return 'declined';
    const { live } = this.#selected;
    if (live === undefined) this.#writer.bytes(concatChunks(chunks));
    else this.#send(live.take(chunks, next, committedAt), next);
    return this.isBehind ? 'behind' : 'sent';
  }

  protected writeSlice(slice: Buffer, next: Offset, { times }: Page): void {
    const { live } = this.#selected;
    if (live === undefined) this.#writer.bytes(slice);
    else this.#send(live.takePage({ chunks: [slice], next, ...(times && { times }) }), next);
  }

  protected writeHeartbeat(): void {
    this.#writer.heartbeat();
  }

  protected ended(outcome: LogOutcome): void {
    this.#finish(this.#selected.live === undefined ? this.at : this.#end, closedState(outcome));
  }

  protected override failed(error: unknown): void {
    // If the log goes on without the lost bytes, the reader has to come back: its answer then begins with a reset.
    if (!(error instanceof DamageError) || error instanceof LostTailError) throw error;
    this.#writer.damaged(error.lost);
    finish(this.res, this.context.config.http.consumerTimeout);
  }

  #send({ chunks, from, isOver }: Selected, next: Offset): void {
    if (chunks.length > 0) {
      if (from > this.#end) this.#writer.skipTo(from);
      this.#end = advance(from, sizeOf(chunks));
      this.#writer.bytes(concatChunks(chunks));
    }
    this.#finishIfOver(isOver, next);
  }

  /** @param at up to which the response has the log */
  #finishIfOver(isOver: boolean, at: Offset): void {
    const { live, isComplete, to } = this.#selected;
    if (live === undefined || this.isOver) return;
    if (!isOver && !(isComplete && at >= to) && !this.#deadline?.isReached(at)) return;
    this.stop();
    const finished = stateNow(this.store, this.log).then((state = 'open') => this.#finish(this.#end, state));
    this.detach(finished);
  }

  #finish(at: Offset, state: string): void {
    this.#writer.end(at, state);
    finish(this.res, this.context.config.http.consumerTimeout);
  }
}
