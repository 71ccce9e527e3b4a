import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { ReadOptions } from '../../../core/follow/read-to-tail';
import type { LiveSelection, Selected } from '../../../core/lines/live-selection';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { advance, type Offset } from '../../../core/log/offset';
import { marksWithin, type TimeMark } from '../../../core/log/time-mark';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import { DamageError, LostTailError } from '../../../core/store/damage';
import { type BytesNews, type LogNews, timesOf } from '../../../core/store/news';
import type { Page } from '../../../core/store/store';
import { cut } from '../../errors/cut';
import { EventResponse } from '../../live/event-response';
import { finish } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { SelectionDeadline } from '../../live/selection-deadline';
import type { LineFormat } from './line-format';
import type { SelectedBytes } from './select-bytes';
import { concatShared } from './shared-lines';
import { encodedSize, sliceLines } from './slice-lines';

const LF = 0x0a;
/** Of all readers that need nothing else: thousands of them wait at a tail. */
const PLAIN: ReadOptions = {};
const TIMED: ReadOptions = { withTimes: true };

/** What a response in a format sends. */
export interface FormattedBytes {
  readonly selected: SelectedBytes;
  /** Only what is stored. */
  readonly isNotail?: boolean;
}

/** What a response knows of its bytes if they are a part of the log, or need their times. */
interface SelectedPart {
  readonly live: LiveSelection | undefined;
  readonly readOptions: ReadOptions;
  readonly deadline: SelectionDeadline | undefined;
  /** The end of the selected bytes, if nothing that comes after it is to be sent. */
  readonly last: Offset | undefined;
}

/** The selected bytes of a log in a format that is made of lines. */
export class FormattedResponse extends EventResponse {
  readonly #format: LineFormat;
  /** Absent for a reader of all that comes, so that less is kept of it. */
  readonly #part: SelectedPart | undefined;
  #partialTimer: NodeJS.Timeout | undefined;
  /** After the last byte that was selected. */
  #end: Offset;

  constructor(
    context: LiveContext,
    res: ServerResponse,
    info: LogInfo,
    format: LineFormat,
    { selected, isNotail = false }: FormattedBytes,
  ) {
    const { from, live, isTimed } = selected;
    super(context, res, info, from);
    this.#format = format;
    this.#end = from;
    if (live !== undefined || isNotail || isTimed || format.needsTimes)
      this.#part = this.#partOf(selected, isNotail);
  }

  /** The head must be written. */
  override begin(): void {
    this.context.consumers.addTail(this.res, this);
    this.#finishIfOver(false, this.at);
    if (!this.isOver) this.read();
  }

  override stop(): void {
    super.stop();
    clearTimeout(this.#partialTimer);
    this.#part?.deadline?.stop();
  }

  /** What is read is not waited for: its lines are sent whole. */
  protected override read(why?: LogNews): void {
    this.#forgetPartial();
    super.read(why);
  }

  protected override caughtUp(): void {
    this.#awaitRestOfLine();
  }

  protected override get readOptions(): ReadOptions {
    return this.#part?.readOptions ?? PLAIN;
  }

  protected sendLive(news: BytesNews, next: Offset): LiveDelivery {
    const { chunks } = news;
    const times = timesOf(news, next);
    const live = this.#part?.live;
    const isShared =
      (live === undefined || live.isPlain) && this.#format.isShared?.(concatShared(chunks), times) === true;
    if (!isShared && !reserveTurnBytes(encodedSize(chunks, this.#format.bytesPerLine))) return 'declined';
    if (live === undefined) this.#write(chunks, times);
    else this.#send(live.take(chunks, next, times), next, times);
    if (chunks.some((chunk) => chunk.includes(LF))) this.#forgetPartial();
    if (!this.isOver && chunks.at(-1)?.at(-1) !== LF) this.#awaitRestOfLine();
    return this.isBehind ? 'behind' : 'sent';
  }

  protected override slicesOf(chunks: readonly Buffer[]): Iterable<Buffer> {
    return sliceLines(chunks, this.#format.bytesPerLine);
  }

  protected override sizeOf(slice: Buffer): number {
    return encodedSize([slice], this.#format.bytesPerLine);
  }

  protected writeSlice(slice: Buffer, next: Offset, page: Page): void {
    const times = marksWithin(page.times ?? [], advance(next, -slice.length), next);
    const live = this.#part?.live;
    if (live === undefined) this.#write([slice], times);
    else this.#send(live.takePage({ chunks: [slice], next, times }), next, times);
  }

  protected writeHeartbeat(): void {
    this.#format.heartbeat();
  }

  protected ended(outcome: LogOutcome): void {
    this.#finish(this.#part?.live === undefined ? this.at : this.#end, outcome);
  }

  protected override lost(loss: Loss): void {
    this.stop();
    if (this.#format.lost(loss)) finish(this.res, this.context.config.http.consumerTimeout);
    else cut(this.res, 'bytes_lost');
  }

  protected override failed(error: unknown): void {
    // If the log goes on without the lost bytes, the reader has to come back.
    if (!(error instanceof DamageError) || error instanceof LostTailError) throw error;
    if (!this.#format.damaged(error.lost)) throw error;
    finish(this.res, this.context.config.http.consumerTimeout);
  }

  #partOf({ to, live, isTimed, isComplete }: SelectedBytes, isNotail: boolean): SelectedPart {
    const options = isTimed || this.#format.needsTimes ? TIMED : PLAIN;
    const last = isNotail || (isComplete && live !== undefined) ? to : undefined;
    const readOptions = isNotail ? { ...options, until: to } : options;
    return { live, last, readOptions, deadline: last === undefined ? this.#deadlineOf(live) : undefined };
  }

  #deadlineOf(live: LiveSelection | undefined): SelectionDeadline | undefined {
    if (live?.endsAt === undefined) return undefined;
    const { store, log } = this;
    return new SelectionDeadline(store, log, live.endsAt, () => this.#finishIfOver(false, this.at));
  }

  #send({ chunks, from, isOver }: Selected, next: Offset, times: readonly TimeMark[]): void {
    if (chunks.length > 0) {
      if (from > this.#end) this.#format.skipTo(from, this.#part?.live?.skippedLines ?? 0);
      this.#end = advance(from, sizeOf(chunks));
      this.#write(chunks, times);
    }
    this.#finishIfOver(isOver, next);
  }

  /** Only what is selected is delivered: `#write` counts it. */
  protected override delivered(): void {}

  #write(chunks: readonly Buffer[], times: readonly TimeMark[]): void {
    this.context.meter.deliveredBytes += sizeOf(chunks);
    this.#format.bytes(concatShared(chunks), times);
  }

  #awaitRestOfLine(): void {
    this.#partialTimer ??= setTimeout(() => {
      this.#partialTimer = undefined;
      this.#format.partial();
    }, this.context.config.live.partialAfter);
  }

  #forgetPartial(): void {
    clearTimeout(this.#partialTimer);
    this.#partialTimer = undefined;
  }

  /** @param at up to which the response has the log */
  #finishIfOver(isOver: boolean, at: Offset): void {
    if (this.isOver) return;
    const { last, deadline } = this.#part ?? {};
    const isAtEnd = isOver || (last !== undefined && at >= last);
    if (!isAtEnd && !deadline?.isReached(at)) return;
    this.stop();
    this.#finish(this.#end, undefined);
  }

  #finish(at: Offset, outcome: LogOutcome | undefined): void {
    const finishAll = (): void => finish(this.res, this.context.config.http.consumerTimeout);
    const work = this.#format.end(at, outcome, { store: this.store, log: this.log });
    if (work === undefined) finishAll();
    else this.detach(work.then(finishAll));
  }
}
