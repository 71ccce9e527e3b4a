import { closable, toWebStream } from '../wire/closable';
import { isClientError, LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import type { LostRange } from '../wire/lost-range';
import { countHeader } from '../wire/response';
import { Retries, type RetryOptions } from '../wire/retries';
import type { StreamInfo } from '../wire/stream-info';
import { assertSameStream, type FollowEnd, findEnd } from './read-end';
import type { ReadFormat } from './read-format';
import type { ReadPart } from './read-part';
import { ReadPosition } from './read-position';
import { type ReadRequests, resolvePart } from './resolve-part';

/** How a read of a stream reconnects, and what it reports. */
export interface PartOptions extends RetryOptions, ReadPart {
  /** The generation under which the bytes before an offset in `from` were read. The server then reports if it has lost them. */
  readonly generation?: string;
  /** A connection without data is renewed after this time, because the server may be gone. Default 60,000. */
  readonly silenceMs?: number;
}

/**
 * Reads a part of a stream, then live, until the part or the stream ends. After a lost connection it continues at the next byte. If the
 * server has lost bytes that were already yielded, the event `lost` reports them, and the iteration continues at the first lost one.
 * If the iteration is left early, the next one continues after the last item.
 *
 * Iterating throws LoomClientError (`NOT_FOUND`, `REFUSED`, `GAVE_UP`) or the signal's reason.
 */
export class StreamReader<T> implements AsyncIterable<T> {
  #retries: Retries;
  readonly #position: ReadPosition;
  protected readonly format: ReadFormat<T>;
  /** The stream when the part was resolved, if it is not followed beyond that. */
  #snapshot: StreamInfo | undefined;
  #isResolved: boolean;
  #end: FollowEnd | undefined;
  #generation: string | undefined;
  readonly #losses: LostRange[] = [];
  #wasFound = false;
  #hasProgress = false;
  /** The stream closed before the part began. */
  #isBeyondEnd = false;

  constructor(
    protected readonly requests: ReadRequests,
    formatOf: (position: ReadPosition, onLost: (lost: LostRange) => void) => ReadFormat<T>,
    protected readonly options: PartOptions,
  ) {
    this.#position = new ReadPosition(options);
    this.format = formatOf(this.#position, (lost) => this.#reportLoss(lost));
    this.#isResolved = options.follow !== false && this.#position.isPlain;
    this.#generation = options.generation;
    this.#retries = new Retries(options);
  }

  /** The offset after the last byte that was yielded. 0 before it is known. With lines: the offset of the last one. */
  get offset(): number {
    return this.#position.offset ?? 0;
  }

  /** The stream's generation. Another follower can continue with it and `offset`. `undefined` before the first answer. */
  get generation(): string | undefined {
    return this.#generation;
  }

  /** The yielded bytes that the server has lost. If empty, all yielded bytes are the stream's. */
  get losses(): readonly LostRange[] {
    return this.#losses;
  }

  /** How the part or the stream ended; `undefined` during the iteration. */
  get end(): FollowEnd | undefined {
    return this.#end;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, void> {
    return closable(this.options.signal, (signal) => this.#items(signal));
  }

  /** A Web stream of the items. To cancel it ends the connection. */
  toReadableStream(): ReadableStream<T> {
    return toWebStream(this);
  }

  async *#items(signal: AbortSignal): AsyncGenerator<T, void> {
    this.#retries = new Retries({ ...this.options, signal });
    while (this.#end === undefined) {
      try {
        if (!this.#isResolved) await this.#resolve();
        this.#hasProgress = false;
        const end = this.#isOver || this.#isBeyondEnd ? 'ended' : yield* this.#connection();
        this.#end = await this.#findEnd();
        // The server has answered, but a retry at once may end the same way.
        if (this.#end === undefined && end === 'ended' && !this.#hasProgress)
          throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
      } catch (error) {
        signal.throwIfAborted();
        await this.#recover(error);
      }
    }
  }

  /** Whether the bounds leave nothing to ask for. An answer that says itself that it is whole is read to its end. */
  get #isOver(): boolean {
    return this.format.isEnded === undefined && this.#position.isOver;
  }

  async #resolve(): Promise<void> {
    const follow = this.options.follow !== false;
    const info = await resolvePart(this.requests, this.#position, { follow, signal: this.#retries.signal });
    this.#opened(info.generation);
    if (!follow) this.#snapshot = info;
    this.#isResolved = true;
  }

  /** Yields the items of one connection. */
  #connection(): AsyncGenerator<T, 'ended' | 'silent'> {
    const { silenceMs = 60_000 } = this.options;
    const { endpoint, id } = this.requests;
    const generation = this.#position.offset === undefined ? undefined : this.#generation;
    const url = endpoint.stream(id, { ...this.#position.query, ...this.format.query, generation });
    const onOpen = (headers: Headers): void => this.#begin(headers);
    const { accept } = this.format;
    const options = { signal: this.#retries.signal, silenceMs, onOpen, accept };
    return liveBody(endpoint, url, options, (piece) => this.#take(piece));
  }

  /** @returns whether the read is over */
  *#take(piece: Uint8Array): Generator<T, 'ended' | undefined> {
    this.#retries.succeeded();
    for (const item of this.format.push(piece)) {
      this.#hasProgress = true;
      yield item;
    }
    return this.#isOver ? 'ended' : undefined;
  }

  #begin(headers: Headers): void {
    this.#opened(headers.get('X-Stream-Generation') ?? undefined);
    this.#position.beginAt(countHeader(headers, 'X-Stream-Offset'));
    this.format.begin(headers);
  }

  #opened(generation: string | undefined): void {
    assertSameStream(generation, this.#generation);
    this.#generation = generation;
    this.#wasFound = true;
    this.#retries.succeeded(this.offset);
  }

  async #findEnd(): Promise<FollowEnd | undefined> {
    const answered = {
      position: this.#position,
      generation: this.#generation,
      isEnded: this.format.isEnded,
      isBeyondEnd: this.#isBeyondEnd,
      snapshot: this.#snapshot,
    };
    return findEnd(this.requests, answered, this.#retries.signal);
  }

  /** Handles a failure: ends, goes back to lost bytes, or waits before a retry. @throws an error that a retry cannot fix */
  async #recover(error: unknown): Promise<void> {
    if (this.#wasFound && isClientError(error, 'NOT_FOUND')) {
      this.#end = { state: 'closed', outcome: 'deleted', metadata: undefined };
      return;
    }
    const isBeyondEnd = isClientError(error) && error.answerCode === 'range_not_satisfiable';
    if (this.#wasFound && isBeyondEnd && this.#position.offset === undefined) {
      this.#isBeyondEnd = true;
      return;
    }
    // The stream is shorter than the bytes read so far.
    if (isClientError(error, 'REPLACED') || (this.#wasFound && isBeyondEnd)) {
      this.#end = { state: 'closed', outcome: 'replaced', metadata: undefined };
      return;
    }
    if (isClientError(error) && this.#goBack(error)) return;
    await this.#retries.failed(error);
  }

  /** Goes back to the first lost byte. @returns whether the server has lost yielded bytes */
  #goBack({ lost, generation }: LoomClientError): boolean {
    if (lost === undefined || lost.from >= this.offset) return false;
    this.#position.moveTo(lost.from);
    this.#generation = generation;
    this.#reportLoss(lost);
    return true;
  }

  #reportLoss(lost: LostRange): void {
    this.#losses.push(lost);
    this.options.onEvent?.({ kind: 'lost', ...lost });
  }
}
