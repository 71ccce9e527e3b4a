import type { Endpoint } from '../wire/endpoint';
import { isDispute, isLoss, isRepeatedCreate, toClientCode } from '../wire/error-code';
import { isClientError, LoomClientError, notOfLoom, outOfStep, replaced, stopped } from '../wire/errors';
import type { Json } from '../wire/json';
import {
  assertSuccess,
  type BufferedResponse,
  responseCode,
  toClientError,
  uploadOffset,
} from '../wire/response';
import { Retries } from '../wire/retries';
import { parseStreamState } from '../wire/stream-state';
import { whenAborted } from '../wire/when-aborted';
import type { Backlog } from './backlog';
import { openBacklog } from './open-backlog';
import { isTooLargeForProxy, RequestSize } from './request-size';
import { type UploadOptions, type UploadSettings, withDefaults } from './upload-options';
import { UploadRequests } from './upload-requests';
import { sendAll, toWritableStream, type UploadSource } from './upload-sources';
import { waitForBytes } from './wait-for-bytes';

type State = 'creating' | 'sending' | 'asking' | 'delivered' | 'failed';

/**
 * Delivers the bytes of one source to one stream, each exactly once, across lost connections and restarts of the server. In a state
 * that is not final, a failure that may pass is followed by a wait and a retry.
 *
 * CREATING   An empty POST with the upload's key, by which it may be repeated until it has an answer, creates the stream. Then SENDING.
 * SENDING    PATCHes carry the unacknowledged bytes, one request at a time. Each ends after a while to get its bytes acknowledged.
 *            The last one ends the stream: DELIVERED.
 * ASKING     The result of a PATCH is unknown. A HEAD returns the server's offset. Then SENDING from there.
 * DELIVERED  The server has every byte and the end. Final.
 * FAILED     The server refused, or the caller gave up. The unacknowledged bytes are still held. Final.
 */
export class Upload {
  /** Resolves with the stream's length when the server has every byte and the end. @throws LoomClientError */
  readonly done: Promise<number>;
  readonly #backlog: Backlog;
  readonly #retries: Retries;
  readonly #requests: UploadRequests;
  readonly #options: UploadSettings;
  readonly #size: RequestSize;
  readonly #stopping = new AbortController();
  #state: State = 'creating';
  /** The metadata of the end, and whether a request was sent that may have ended the stream. */
  #last: { metadata?: Json; wasSent: boolean } = { wasSent: false };
  /** A refused PATCH whose offset was right. It is final unless the next HEAD explains it. */
  #dispute: LoomClientError | undefined;

  constructor(
    endpoint: Endpoint,
    readonly id: string,
    options: UploadOptions = {},
  ) {
    this.#options = withDefaults(options);
    this.#size = new RequestSize(this.#options.requestBytesMax);
    this.#requests = new UploadRequests(endpoint, id, this.#options, this.#stopping.signal);
    this.#backlog = openBacklog({
      ...this.#options,
      onSpoolFailure: (error) => this.#options.onEvent?.({ kind: 'spool-failed', error }),
    });
    this.#retries = new Retries({ ...options, signal: this.#stopping.signal });
    const ignore = whenAborted(options.signal, (reason) => this.#stop(reason));
    this.done = this.#run().finally(ignore);
    // Callers may await `done` later, or get the error from `write`.
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
   * Resolves when the bytes are stored here, usually before the server has them. If memory is full and no spool stores them, it waits
   * for the server. Concurrent calls keep their order. A text is stored as UTF-8.
   * @throws LoomClientError if the upload has failed; the bytes are not stored then
   */
  write(bytes: Uint8Array | string): Promise<void> {
    return this.#backlog.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  }

  /** Writes all of `source` and ends. If it fails, so does the upload. @returns as `done` @throws LoomClientError; the error of `source` */
  send(source: UploadSource): Promise<number> {
    return sendAll(this, source);
  }

  /** A Web stream that writes here. Its end resolves when the server has every byte and the end. To abort it stops the upload. */
  toWritableStream(): WritableStream<Uint8Array | string> {
    return toWritableStream(this);
  }

  /** Marks the end of the source. @param metadata merged (RFC 7396) into the stream's when it ends */
  async end(metadata?: Json): Promise<void> {
    if (metadata !== undefined) this.#last.metadata = metadata;
    await this.#backlog.finish();
  }

  /** Stops the upload: `done` rejects with `reason`. The server waits for a producer that resumes. */
  stop(reason: LoomClientError = stopped()): void {
    this.#stop(reason);
  }

  #stop(reason: unknown): void {
    this.#stopping.abort(reason);
    // Wakes the loop if it waits for bytes.
    void this.#backlog.refuse(reason);
  }

  /** Yields the bytes that were written and not acknowledged, each once: then their space is given back. Call it after a failure. */
  async *undelivered(): AsyncGenerator<Uint8Array, void> {
    await this.#backlog.refuse(stopped());
    for (let at = Math.max(this.acknowledged, this.#backlog.start); at < this.written; ) {
      const piece = await this.#backlog.read(at, this.written - at);
      yield piece;
      at += piece.length;
      await this.#backlog.discard(at);
    }
  }

  async #run(): Promise<number> {
    // The constructor returns before the first event and the first request.
    await Promise.resolve();
    try {
      while (this.#state !== 'delivered') await this.#step();
      return this.acknowledged;
    } catch (error) {
      this.#enter('failed');
      void this.#backlog.refuse(error);
      throw error;
    }
  }

  async #step(): Promise<void> {
    try {
      if (this.#state === 'creating') await this.#create();
      else if (this.#state === 'asking') await this.#ask();
      else await this.#send();
    } catch (error) {
      if (this.#state === 'sending') {
        if (isClientError(error, 'UNREACHABLE')) this.#size.cutAt(this.acknowledged);
        this.#enter('asking');
      }
      await this.#retries.failed(error);
    }
  }

  #enter(state: State): void {
    this.#state = state;
  }

  async #create(): Promise<void> {
    const answer = await this.#requests.create();
    const isOurs = isRepeatedCreate(responseCode(answer)) && this.#requests.isOwnStream(answer);
    if (!isOurs) assertSuccess(answer);
    this.#options.onEvent?.({
      kind: 'created',
      replaced: answer.headers.get('X-Stream-Replaced') === 'true',
    });
    const offset = isOurs ? (uploadOffset(answer.headers) ?? 0) : 0;
    // An earlier upload with this key has sent the same bytes, which come again.
    while (this.#backlog.end < offset && !this.#backlog.ended) {
      await this.#backlog.acknowledge(this.#backlog.end);
      await waitForBytes(this.#backlog, this.#stopping.signal, this.#options.keepAliveMs);
    }
    await this.#continueAt(offset);
  }

  async #send(): Promise<void> {
    // An empty request keeps the stream open at the server.
    await waitForBytes(this.#backlog, this.#stopping.signal, this.#options.keepAliveMs);
    const from = this.acknowledged;
    const { end, ended } = this.#backlog;
    const { bytesMax } = this.#size;
    const isLast = ended && end - from <= bytesMax;
    if (isLast) this.#last.wasSent = true;
    const part = { from, bytesMax, isLast, ...(isLast && { metadata: this.#last.metadata }) };
    const { answer, to } = await this.#requests.append(this.#backlog, part);
    if (isTooLargeForProxy(answer) && this.#size.shrink(to - from)) {
      this.#options.onEvent?.({ kind: 'requests-shrunk', bytesMax: this.#size.bytesMax });
      // The proxy may have passed on a part of the request.
      return this.#enter('asking');
    }
    if (isDispute(responseCode(answer))) this.#handleDispute(answer, from);
    if (isLoss(responseCode(answer))) throw outOfStep();
    assertSuccess(answer);
    const offset = uploadOffset(answer.headers);
    if (offset === undefined || offset > to) throw outOfStep();
    this.#size.accepted();
    await this.#continueAt(offset);
    if (!isLast) return;
    if (offset < to)
      throw new LoomClientError('BYTES_LOST', `the stream was closed after ${offset} of ${to} bytes`);
    this.#enter('delivered');
  }

  /** Handles a refused PATCH: its offset was wrong, the stream is closed, or another producer has it. */
  #handleDispute(answer: BufferedResponse, from: number): never {
    const offset = uploadOffset(answer.headers);
    if (this.#requests.isForeignStream(answer)) throw replaced(toClientError(answer).message);
    if (offset === undefined || offset === from)
      this.#dispute = replaced(toClientError(answer).message, answer.status);
    throw outOfStep();
  }

  async #ask(): Promise<void> {
    const answer = await this.#requests.head();
    const code = responseCode(answer);
    if (isDispute(code) || this.#requests.isForeignStream(answer)) throw replaced();
    // The answer to a HEAD has no sentence.
    if (toClientCode(code, answer.status) === 'NOT_FOUND')
      throw new LoomClientError('NOT_FOUND', 'the stream was removed during the upload');
    assertSuccess(answer);
    const offset = uploadOffset(answer.headers);
    if (offset === undefined) throw notOfLoom('Upload-Offset');
    const { state, outcome } = parseStreamState(answer.headers.get('X-Stream-State')) ?? {};
    if (state === 'closed') {
      if (outcome !== 'complete' || !this.#last.wasSent || offset !== this.written)
        throw new LoomClientError('CLOSED', `the stream was closed (${outcome}) during the upload`);
      await this.#continueAt(offset);
      this.#enter('delivered');
      return;
    }
    if (this.#dispute !== undefined) throw this.#dispute;
    await this.#continueAt(offset);
  }

  /** Continues at `offset`, where the server's bytes end. */
  async #continueAt(offset: number): Promise<void> {
    const { start, end } = this.#backlog;
    const before = this.acknowledged;
    if (offset > end) throw replaced(`the stream has ${offset} bytes, but only ${end} were sent`);
    if (offset < start)
      throw new LoomClientError(
        'BYTES_LOST',
        `the server has lost bytes ${offset} to ${before}, and this client no longer has those up to ${start}`,
      );
    if (offset < before) this.#options.onEvent?.({ kind: 'server-lost', from: offset, to: before });
    await this.#backlog.acknowledge(offset);
    // A server that answers HEAD but fails each PATCH has not recovered: only accepted bytes count.
    if (this.#state !== 'asking' || offset > before || offset === end) this.#retries.succeeded(offset);
    this.#enter('sending');
  }
}
