import { Backoff, type BackoffOptions } from './backoff';
import type { ConnectionEvent } from './connection-event';
import type { Endpoint } from './endpoint';
import { isClientError, isRetryable, LoomClientError } from './errors';
import { liveBody } from './live-body';
import { baseGeneration, type LostRange } from './lost-range';
import type { StreamInfo } from './stream-info';

export interface FollowOptions extends BackoffOptions {
  /** The first byte wanted. Default 0. */
  readonly offset?: number;
  /** Under which the bytes before `offset` were got, so that the server can say whether it has the same ones. */
  readonly generation?: string;
  readonly signal?: AbortSignal;
  /** A quiet connection is renewed this often, to notice a server that has vanished. Default 60,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

/** Where a follower got to, and how the stream ended. */
export interface FollowEnd extends Pick<StreamInfo, 'state' | 'outcome' | 'metadata'> {
  readonly state: 'closed';
}

/**
 * Every byte of a stream from an offset on, then live, until the stream ends. A lost connection is made again and goes on at the
 * byte after the last one. Where the server has lost some of the bytes that were handed out, the event `lost` says which, and the bytes from
 * there on are handed out next. To be iterated over once.
 *
 * Iterating throws LoomClientError: `NOT_FOUND` when there is no such stream, `REFUSED`, `GAVE_UP`; and the signal's reason.
 */
export class Follow implements AsyncIterable<Uint8Array> {
  readonly #backoff: Backoff;
  readonly #signal: AbortSignal;
  #offset: number;
  #end: FollowEnd | undefined;
  #generation: string | undefined;
  readonly #losses: LostRange[] = [];
  #isKnown = false;
  #failing = false;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly id: string,
    private readonly head: (signal: AbortSignal) => Promise<StreamInfo>,
    private readonly options: FollowOptions = {},
  ) {
    this.#offset = options.offset ?? 0;
    this.#generation = options.generation;
    this.#backoff = new Backoff(options);
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** The offset after the last byte that was handed out. */
  get offset(): number {
    return this.#offset;
  }

  /** Together with `offset`, where another follower can go on. `undefined` until the server has answered. */
  get generation(): string | undefined {
    return this.#generation;
  }

  /** What the server has lost of the bytes that were handed out. While there is none, they are the stream's. */
  get losses(): readonly LostRange[] {
    return this.#losses;
  }

  /** How the stream ended; `undefined` until the iteration is over. */
  get end(): FollowEnd | undefined {
    return this.#end;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    while (this.#end === undefined) {
      try {
        const from = this.#offset;
        const how = yield* this.#connection();
        this.#end = await this.#look();
        if (this.#end !== undefined || how === 'silent' || this.#offset > from) this.#backoff.succeeded();
        else throw new LoomClientError('UNREACHABLE', 'the server ended the connection');
      } catch (error) {
        this.#signal.throwIfAborted();
        await this.#settle(error);
      }
    }
  }

  /** What one connection brings. */
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
      // Lets go of the connection when the caller stops early.
      await pieces.return('ended');
    }
  }

  #opened(headers: Headers): void {
    const generation = headers.get('X-Stream-Generation') ?? undefined;
    this.#assertSameLife(generation);
    this.#generation = generation;
    this.#isKnown = true;
    this.#backoff.succeeded();
    if (this.#failing) this.options.onEvent?.({ kind: 'resumed', offset: this.#offset });
    this.#failing = false;
  }

  #assertSameLife(generation: string | undefined): void {
    if (this.#generation === undefined) return;
    if (generation === undefined || baseGeneration(generation) !== baseGeneration(this.#generation))
      throw new LoomClientError('REPLACED');
  }

  /** `fetch` shows no trailers, so whether an answer's end was the stream's is for a HEAD to say. */
  async #look(): Promise<FollowEnd | undefined> {
    const { state, outcome, bytes, metadata, generation } = await this.head(this.#signal);
    this.#assertSameLife(generation);
    // The server has lost bytes since. Which ones, it says to the next request with an offset.
    if (this.#generation !== undefined && (generation !== this.#generation || bytes < this.#offset))
      return undefined;
    if (bytes < this.#offset) throw new LoomClientError('REPLACED');
    if (state !== 'closed' || bytes > this.#offset) return undefined;
    return { state, metadata, ...(outcome !== undefined && { outcome }) };
  }

  /** After a failure: the end of the stream, or a wait before the next try. @throws what is final */
  async #settle(error: unknown): Promise<void> {
    if (this.#isKnown && isClientError(error, 'NOT_FOUND')) {
      this.#end = { state: 'closed', outcome: 'deleted', metadata: undefined };
      return;
    }
    // The stream is shorter than what was read of it.
    if (
      isClientError(error, 'REPLACED') ||
      (this.#isKnown && isClientError(error) && error.answerCode === 'range_not_satisfiable')
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

  /** @returns whether the server has lost bytes that were handed out: the next ones begin where it says */
  #goBack({ lost, generation }: LoomClientError): boolean {
    if (lost === undefined || lost.from >= this.#offset) return false;
    this.#offset = lost.from;
    this.#generation = generation;
    this.#losses.push(lost);
    this.options.onEvent?.({ kind: 'lost', ...lost });
    return true;
  }
}
