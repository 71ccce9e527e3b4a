import { Backoff, type BackoffOptions } from './backoff';
import type { ConnectionEvent } from './connection-event';
import type { Endpoint } from './endpoint';
import { isClientError, isRetryable, LoomClientError } from './errors';
import { liveBody } from './live-body';
import { baseGeneration, type LostRange } from './lost-range';
import type { StreamInfo } from './stream-info';

export interface FollowOptions extends BackoffOptions {
  /** The offset of the first byte. Default 0. */
  readonly offset?: number;
  /** The generation under which the bytes before `offset` were read. The server then reports if it has lost them. */
  readonly generation?: string;
  readonly signal?: AbortSignal;
  /** A connection without data is renewed after this time, because the server may be gone. Default 60,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

/** How a followed stream ended. */
export interface FollowEnd extends Pick<StreamInfo, 'state' | 'outcome' | 'metadata'> {
  readonly state: 'closed';
}

/**
 * Every byte of a stream from an offset on, then live, until the stream ends. After a lost connection it continues at the next byte.
 * If the server has lost bytes that were already yielded, the event `lost` reports them, and the iteration continues at the first lost
 * one. Iterate over it once.
 *
 * Iterating throws LoomClientError (`NOT_FOUND`, `REFUSED`, `GAVE_UP`) or the signal's reason.
 */
export class Follow implements AsyncIterable<Uint8Array> {
  readonly #backoff: Backoff;
  readonly #signal: AbortSignal;
  #offset: number;
  #end: FollowEnd | undefined;
  #generation: string | undefined;
  readonly #losses: LostRange[] = [];
  #wasFound = false;
  #failing = false;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly id: string,
    private readonly head: (signal: AbortSignal) => Promise<StreamInfo>,
    private readonly options: FollowOptions,
  ) {
    this.#offset = options.offset ?? 0;
    this.#generation = options.generation;
    this.#backoff = new Backoff(options);
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** The offset after the last byte that was yielded. */
  get offset(): number {
    return this.#offset;
  }

  /** The stream's generation. Another follower can continue with it and `offset`. `undefined` before the first answer. */
  get generation(): string | undefined {
    return this.#generation;
  }

  /** The yielded bytes that the server has lost. If empty, all yielded bytes are the stream's. */
  get losses(): readonly LostRange[] {
    return this.#losses;
  }

  /** How the stream ended; `undefined` during the iteration. */
  get end(): FollowEnd | undefined {
    return this.#end;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    while (this.#end === undefined) {
      try {
        const from = this.#offset;
        const end = yield* this.#connection();
        this.#end = await this.#findEnd();
        if (this.#end !== undefined || end === 'silent' || this.#offset > from) this.#backoff.succeeded();
        else throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
      } catch (error) {
        this.#signal.throwIfAborted();
        await this.#recover(error);
      }
    }
  }

  async *#connection(): AsyncGenerator<Uint8Array, 'ended' | 'silent'> {
    const { silenceMs = 60_000 } = this.options;
    const url = this.endpoint.stream(this.id, {
      offset: this.#offset,
      generation: this.#generation,
    });
    const onOpen = (headers: Headers): void => this.#opened(headers);
    const pieces = liveBody(this.endpoint, url, { signal: this.#signal, silenceMs, onOpen });
    try {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return value;
        this.#backoff.succeeded();
        this.#offset += value.length;
        yield value;
      }
    } finally {
      // Closes the connection if the caller stops early.
      await pieces.return('ended');
    }
  }

  #opened(headers: Headers): void {
    const generation = headers.get('X-Stream-Generation') ?? undefined;
    this.#assertSameStream(generation);
    this.#generation = generation;
    this.#wasFound = true;
    this.#backoff.succeeded();
    if (this.#failing) this.options.onEvent?.({ kind: 'resumed', offset: this.#offset });
    this.#failing = false;
  }

  #assertSameStream(generation: string | undefined): void {
    if (this.#generation === undefined) return;
    if (generation === undefined || baseGeneration(generation) !== baseGeneration(this.#generation))
      throw new LoomClientError('REPLACED');
  }

  /** Asks by HEAD whether the end of the answer was the end of the stream: `fetch` does not expose trailers. */
  async #findEnd(): Promise<FollowEnd | undefined> {
    const { state, outcome, bytes, metadata, generation } = await this.head(this.#signal);
    this.#assertSameStream(generation);
    // The server has lost bytes. The next request with an offset learns which.
    if (this.#generation !== undefined && (generation !== this.#generation || bytes < this.#offset))
      return undefined;
    if (bytes < this.#offset) throw new LoomClientError('REPLACED');
    if (state !== 'closed' || bytes > this.#offset) return undefined;
    return { state, metadata, ...(outcome !== undefined && { outcome }) };
  }

  /** Handles a failure: ends, goes back to lost bytes, or waits before a retry. @throws an error that a retry cannot fix */
  async #recover(error: unknown): Promise<void> {
    if (this.#wasFound && isClientError(error, 'NOT_FOUND')) {
      this.#end = { state: 'closed', outcome: 'deleted', metadata: undefined };
      return;
    }
    // The stream is shorter than the bytes read so far.
    if (
      isClientError(error, 'REPLACED') ||
      (this.#wasFound && isClientError(error) && error.answerCode === 'range_not_satisfiable')
    ) {
      this.#end = { state: 'closed', outcome: 'replaced', metadata: undefined };
      return;
    }
    if (isClientError(error) && this.#goBack(error)) return;
    if (!isRetryable(error)) throw error;
    this.#failing = true;
    this.options.onEvent?.({ kind: 'retrying', failure: error });
    await this.#backoff.wait(error, this.#signal);
  }

  /** Goes back to the first lost byte. @returns whether the server has lost yielded bytes */
  #goBack({ lost, generation }: LoomClientError): boolean {
    if (lost === undefined || lost.from >= this.#offset) return false;
    this.#offset = lost.from;
    this.#generation = generation;
    this.#losses.push(lost);
    this.options.onEvent?.({ kind: 'lost', ...lost });
    return true;
  }
}
