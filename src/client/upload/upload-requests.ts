import type { Endpoint } from '../wire/endpoint';
import { LoomClientError } from '../wire/errors';
import { type Json, toHeader } from '../wire/json';
import { RequestTimeout } from '../wire/request-timeout';
import { type BufferedResponse, uploadOffset } from '../wire/response';
import type { Backlog } from './backlog';
import { BufferingProbe } from './buffering-probe';
import { UploadBody, wholeBody } from './upload-body';
import type { UploadSettings } from './upload-options';

/** The part of the source that a PATCH carries. */
interface UploadPart {
  readonly from: number;
  /** The most bytes of the request. */
  readonly bytesMax: number;
  /** Whether the part includes the end of the source, and thus ends the stream. */
  readonly isLast: boolean;
  /** Merged into the stream's metadata. */
  readonly metadata?: Json | undefined;
}

/** Sends the requests of one upload, all with its key. `Upload` interprets the answers. */
export class UploadRequests {
  readonly #key: string;
  readonly #probe: BufferingProbe;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly id: string,
    private readonly options: UploadSettings,
    private readonly stopping: AbortSignal,
  ) {
    this.#key = options.key ?? crypto.randomUUID();
    this.#probe = new BufferingProbe(
      options.requestLifeMs,
      async () => uploadOffset((await this.head()).headers),
      () => options.onEvent?.({ kind: 'buffered' }),
    );
  }

  /** Whether this upload created the stream of the answer. */
  isOwnStream(answer: BufferedResponse): boolean {
    return answer.headers.get('Idempotency-Key') === this.#key;
  }

  /** Whether another upload created the stream of the answer. */
  isForeignStream(answer: BufferedResponse): boolean {
    return answer.headers.has('Idempotency-Key') && !this.isOwnStream(answer);
  }

  create(): Promise<BufferedResponse> {
    const { existing, metadata, contentType = 'application/octet-stream' } = this.options;
    const headers = {
      'Content-Type': contentType,
      'Upload-Complete': '?0',
      ...(metadata !== undefined && { 'X-Stream-Metadata': toHeader(metadata) }),
    };
    const force = existing === 'replace' ? 'true' : undefined;
    return this.#withTimeout((timeout) => this.#request('POST', timeout, { headers }, force));
  }

  head(): Promise<BufferedResponse> {
    return this.#withTimeout((timeout) => this.#request('HEAD', timeout, {}));
  }

  /** Sends a PATCH. @returns its answer, and the offset after the last byte that was sent */
  async append(backlog: Backlog, part: UploadPart): Promise<{ answer: BufferedResponse; to: number }> {
    const headers = {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(part.from),
      'Upload-Complete': part.isLast ? '?1' : '?0',
      ...(part.metadata !== undefined && { 'X-Stream-Metadata': toHeader(part.metadata) }),
    };
    const { bodies = defaultBodies() } = this.options;
    const isWhole = bodies === 'whole' || backlog.end === part.from;
    return isWhole ? this.#appendWhole(backlog, part, headers) : this.#appendStreamed(backlog, part, headers);
  }

  async #appendWhole(
    backlog: Backlog,
    { from, bytesMax }: UploadPart,
    headers: Record<string, string>,
  ): Promise<{ answer: BufferedResponse; to: number }> {
    const body = await wholeBody(backlog, from, bytesMax).catch((error) => {
      throw spoolFailed(error);
    });
    const answer = await this.#withTimeout((timeout) => this.#request('PATCH', timeout, { headers, body }));
    return { answer, to: from + body.length };
  }

  async #appendStreamed(
    backlog: Backlog,
    { from, bytesMax, isLast }: UploadPart,
    headers: Record<string, string>,
  ): Promise<{ answer: BufferedResponse; to: number }> {
    const { requestLifeMs } = this.options;
    return this.#withTimeout(async (timeout) => {
      const body = new UploadBody(backlog, from, {
        // The end of the last body ends the stream: only the end of the source may end it.
        bytesMax: isLast ? backlog.end - from : bytesMax,
        lifeMs: isLast ? Number.POSITIVE_INFINITY : requestLifeMs,
        onPull: () => timeout.refresh(),
      });
      const endProbe = this.#probe.watch(body);
      try {
        const answer = await this.#request('PATCH', timeout, { headers, body: body.stream, duplex: 'half' });
        return { answer, to: body.to };
      } catch (error) {
        throw body.failure === undefined ? error : spoolFailed(body.failure);
      } finally {
        endProbe();
        body.stop();
      }
    });
  }

  async #withTimeout<T>(work: (timeout: RequestTimeout) => Promise<T>): Promise<T> {
    const { silenceMs } = this.options;
    const noData = (): LoomClientError =>
      new LoomClientError('UNREACHABLE', `no data from the server for ${silenceMs / 1000} s`);
    const timeout = new RequestTimeout(this.stopping, silenceMs, noData);
    try {
      return await work(timeout);
    } finally {
      timeout.end();
    }
  }

  #request(
    method: string,
    timeout: RequestTimeout,
    init: { headers?: Record<string, string>; body?: NonNullable<RequestInit['body']>; duplex?: 'half' },
    force?: 'true',
  ): Promise<BufferedResponse> {
    const headers = { ...init.headers, 'Idempotency-Key': this.#key };
    const url = this.endpoint.stream(this.id, { force });
    return this.endpoint.requestBuffered(method, url, { ...init, headers, signal: timeout.signal });
  }
}

function spoolFailed(cause: unknown): LoomClientError {
  return new LoomClientError('SPOOL_FAILED', undefined, { cause });
}

function defaultBodies(): 'streamed' | 'whole' {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? 'whole' : 'streamed';
}
