import { Backlog } from './backlog';
import { Backoff } from './backoff';
import type { Endpoint } from './endpoint';
import { isDispute, isLoss, isRepeatedCreate, toClientCode } from './error-code';
import { isRetryable, LoomClientError } from './errors';
import type { Json } from './json';
import { assertSuccess, type BufferedResponse, responseCode, toClientError, uploadOffset } from './response';
import { parseStreamState } from './stream-state';
import { type UploadEvent, type UploadOptions, type UploadSettings, withDefaults } from './upload-options';
import { UploadRequests } from './upload-requests';

type State = 'creating' | 'sending' | 'asking' | 'delivered' | 'failed';

/**
 * Brings the bytes of one source to one stream, each exactly once, whatever happens in between.
 *
 * CREATING   an empty POST makes the stream, under a key. It is repeated until it has an answer; when an earlier one had reached the
 *            server, the key tells that the stream is ours. Then SENDING.
 * SENDING    PATCHes carry the bytes that are not acknowledged, one after the other; each ends after a while to have them
 *            acknowledged by its answer. The last one ends the stream: DELIVERED.
 * ASKING     the fate of a PATCH is not known. A HEAD tells how far the server is; SENDING goes on from there.
 * DELIVERED  the server has every byte and the end. Final.
 * FAILED     the server refused for good, or the caller gave up. What was not acknowledged is still held. Final.
 *
 * In the first three states a failure that may pass is followed by a wait and another try.
 */
export class Upload {
  /** Resolves with the stream's length once the server has every byte and the end. @throws LoomClientError */
  readonly done: Promise<number>;
  readonly #backlog: Backlog;
  readonly #backoff: Backoff;
  readonly #requests: UploadRequests;
  readonly #options: UploadSettings;
  readonly #stopping = new AbortController();
  #state: State = 'creating';
  #failing = false;
  /** Metadata for the end, and whether a request that may have ended the stream was sent. */
  #last: { metadata?: Json; wasSent: boolean } = { wasSent: false };
  /** A refusal that was not about the offset, unless the HEAD that follows explains it. */
  #dispute: LoomClientError | undefined;

  constructor(
    endpoint: Endpoint,
    readonly id: string,
    options: UploadOptions = {},
  ) {
    this.#options = withDefaults(options);
    this.#requests = new UploadRequests(endpoint, id, this.#options, this.#stopping.signal);
    this.#backlog = new Backlog({
      ...this.#options,
      onSpoolFailure: (error) => this.#tell({ kind: 'spool-failed', error }),
    });
    this.#backoff = new Backoff(options);
    this.done = this.#run();
    // Whoever awaits `done` or writes hears of a failure. It is no unhandled rejection that nobody does so yet.
    this.done.catch(() => {});
  }

  /** How many bytes the server has acknowledged. */
  get acknowledged(): number {
    return this.#backlog.acknowledged;
  }

  /** How many bytes were written. */
  get written(): number {
    return this.#backlog.end;
  }

  /**
   * Resolves once the bytes are held here, long before the server has them; later than that only when memory is full and no spool
   * takes them. Calls are served in order.
   * @throws LoomClientError once the upload has failed; the bytes are not held then
   */
  write(bytes: Uint8Array): Promise<void> {
    return this.#backlog.push(bytes);
  }

  /** The source has ended. @param metadata merged (RFC 7396) into the stream's, together with its end */
  async end(metadata?: Json): Promise<void> {
    if (metadata !== undefined) this.#last.metadata = metadata;
    await this.#backlog.finish();
  }

  /** Gives up; `done` rejects with `reason`. The server keeps the stream for a producer that comes back. */
  stop(reason: LoomClientError = new LoomClientError('STOPPED')): void {
    this.#stopping.abort(reason);
    // Wakes whoever waits for bytes.
    void this.#backlog.refuse(reason);
  }

  /** After a failure: the bytes that were written and never acknowledged. */
  async *undelivered(): AsyncGenerator<Uint8Array, void> {
    await this.#backlog.refuse(new LoomClientError('STOPPED'));
    for (let at = this.acknowledged; at < this.written; ) {
      const piece = await this.#backlog.read(at, this.written - at);
      yield piece;
      at += piece.length;
    }
  }

  async #run(): Promise<number> {
    // The caller has its promise before the first event and the first request.
    await Promise.resolve();
    try {
      while (this.#state !== 'delivered') await this.#try();
      return this.acknowledged;
    } catch (error) {
      this.#enter('failed');
      void this.#backlog.refuse(error);
      throw error;
    }
  }

  async #try(): Promise<void> {
    try {
      if (this.#state === 'creating') await this.#create();
      else if (this.#state === 'asking') await this.#ask();
      else await this.#send();
    } catch (error) {
      this.#stopping.signal.throwIfAborted();
      if (!isRetryable(error)) throw error;
      this.#failing = true;
      this.#tell({ kind: 'retrying', failure: error });
      if (this.#state === 'sending') this.#enter('asking');
      await this.#backoff.wait(error, this.#stopping.signal);
    }
  }

  #enter(state: State): void {
    this.#state = state;
  }

  async #create(): Promise<void> {
    const answer = await this.#requests.create();
    const isOurs = isRepeatedCreate(responseCode(answer)) && this.#requests.isOwnStream(answer);
    if (!isOurs) assertSuccess(answer);
    this.#tell({ kind: 'created', replaced: answer.headers.get('X-Stream-Replaced') === 'true' });
    await this.#goOn(isOurs ? (uploadOffset(answer.headers) ?? 0) : 0);
  }

  async #send(): Promise<void> {
    await this.#somethingToSend();
    const from = this.acknowledged;
    const { end, ended } = this.#backlog;
    const isLast = ended && end - from <= this.#options.requestBytesMax;
    if (isLast) this.#last.wasSent = true;
    const part = { from, isLast, ...(isLast && { metadata: this.#last.metadata }) };
    const { answer, to } = await this.#requests.append(this.#backlog, part);
    if (isDispute(responseCode(answer))) this.#disputed(answer, from);
    if (isLoss(responseCode(answer))) throw new LoomClientError('OUT_OF_STEP');
    assertSuccess(answer);
    const offset = uploadOffset(answer.headers);
    if (offset === undefined || offset > to) throw new LoomClientError('OUT_OF_STEP');
    await this.#goOn(offset);
    if (!isLast) return;
    if (offset < to) {
      throw new LoomClientError('BYTES_LOST', `the stream was closed after ${offset} of ${to} bytes`);
    }
    this.#enter('delivered');
  }

  /** A quiet source is no reason to let the server think that nobody is there. */
  async #somethingToSend(): Promise<void> {
    const until = performance.now() + this.#options.keepAliveMs;
    for (;;) {
      this.#stopping.signal.throwIfAborted();
      const left = until - performance.now();
      if (this.#backlog.end > this.acknowledged || this.#backlog.ended || left <= 0) return;
      await this.#backlog.waitForChange(left);
    }
  }

  /** A PATCH was refused: because of its offset, because the stream is closed, or because it is not ours any more. */
  #disputed(answer: BufferedResponse, from: number): never {
    const offset = uploadOffset(answer.headers);
    if (this.#requests.isForeignStream(answer))
      throw new LoomClientError('REPLACED', toClientError(answer).message);
    if (offset === undefined || offset === from) {
      this.#dispute = new LoomClientError('REPLACED', toClientError(answer).message, {
        status: answer.status,
      });
    }
    throw new LoomClientError('OUT_OF_STEP');
  }

  async #ask(): Promise<void> {
    const answer = await this.#requests.head();
    const code = responseCode(answer);
    if (isDispute(code) || this.#requests.isForeignStream(answer)) throw new LoomClientError('REPLACED');
    // A HEAD has no sentence of the server's.
    if (toClientCode(code, answer.status) === 'NOT_FOUND') {
      throw new LoomClientError('NOT_FOUND', 'the stream was removed while it was being sent');
    }
    assertSuccess(answer);
    const offset = uploadOffset(answer.headers);
    if (offset === undefined) {
      throw new LoomClientError('REFUSED', 'the server does not say how much of the stream it has');
    }
    const { state, outcome } = parseStreamState(answer.headers.get('X-Stream-State')) ?? {};
    if (state === 'closed') {
      if (outcome !== 'complete' || !this.#last.wasSent || offset !== this.written) {
        throw new LoomClientError('CLOSED', `the stream was closed (${outcome}) while it was being sent`);
      }
      await this.#goOn(offset);
      this.#enter('delivered');
      return;
    }
    if (this.#dispute !== undefined) throw this.#dispute;
    await this.#goOn(offset);
  }

  /** The server has `offset` bytes: what comes next begins there. */
  async #goOn(offset: number): Promise<void> {
    const { start, end } = this.#backlog;
    const before = this.acknowledged;
    if (offset > end) {
      throw new LoomClientError(
        'REPLACED',
        `the stream has ${offset} bytes, more than the ${end} sent to it`,
      );
    }
    if (offset < start) {
      throw new LoomClientError(
        'BYTES_LOST',
        `the server has lost bytes ${offset} to ${before}, and those up to ${start} are not held here any more`,
      );
    }
    if (offset < before) this.#tell({ kind: 'server-lost', from: offset, to: before });
    await this.#backlog.acknowledge(offset);
    // A server that answers HEAD but fails each PATCH has not recovered: what counts is what it takes.
    if (this.#state !== 'asking' || offset > before || offset === end) this.#recovered(offset);
    this.#enter('sending');
  }

  #recovered(offset: number): void {
    this.#backoff.succeeded();
    if (this.#failing) this.#tell({ kind: 'resumed', offset });
    this.#failing = false;
  }

  #tell(event: UploadEvent): void {
    this.#options.onEvent?.(event);
  }
}
