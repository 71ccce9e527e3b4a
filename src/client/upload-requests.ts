import type { Backlog } from './backlog';
import type { Endpoint } from './endpoint';
import { LoomClientError } from './errors';
import { type Json, toHeader } from './json';
import { RequestTimeout } from './request-timeout';
import type { BufferedResponse } from './response';
import { UploadBody, wholeBody } from './upload-body';
import type { UploadSettings } from './upload-options';

/** Which part of the source a PATCH carries: from `from` on; up to its end, and with it the stream's, when it is the last one. */
export interface UploadPart {
  readonly from: number;
  readonly isLast: boolean;
  /** Merged into the stream's. */
  readonly metadata?: Json | undefined;
}

/** The requests of one upload, all under its key. What the answers mean is for the upload to say. */
export class UploadRequests {
  readonly #key: string;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly id: string,
    private readonly options: UploadSettings,
    private readonly stopping: AbortSignal,
  ) {
    this.#key = options.key ?? crypto.randomUUID();
  }

  /** Whether the answer says that the stream is the one this upload made. */
  isOwnStream(answer: BufferedResponse): boolean {
    return answer.headers.get('Idempotency-Key') === this.#key;
  }

  /** Whether it says that the stream is another's. */
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
    return this.#alive((life) => this.#request('POST', life, { headers }, force));
  }

  head(): Promise<BufferedResponse> {
    return this.#alive((life) => this.#request('HEAD', life, {}));
  }

  /** @returns the answer, and the offset after the last byte that was given to the request */
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
    { from }: UploadPart,
    headers: Record<string, string>,
  ): Promise<{ answer: BufferedResponse; to: number }> {
    const body = await wholeBody(backlog, from, this.options.requestBytesMax).catch((error) => {
      throw spoolFailed(error);
    });
    const answer = await this.#alive((life) => this.#request('PATCH', life, { headers, body }));
    return { answer, to: from + body.length };
  }

  async #appendStreamed(
    backlog: Backlog,
    { from, isLast }: UploadPart,
    headers: Record<string, string>,
  ): Promise<{ answer: BufferedResponse; to: number }> {
    const { requestBytesMax, requestLifeMs } = this.options;
    return this.#alive(async (life) => {
      const body = new UploadBody(backlog, from, {
        // The end of the last body is the end of the stream: nothing but the end of the source may end it.
        bytesMax: isLast ? backlog.end - from : requestBytesMax,
        lifeMs: isLast ? Number.POSITIVE_INFINITY : requestLifeMs,
        onPull: () => life.refresh(),
      });
      try {
        const answer = await this.#request('PATCH', life, { headers, body: body.stream, duplex: 'half' });
        return { answer, to: body.to };
      } catch (error) {
        throw body.failure === undefined ? error : spoolFailed(body.failure);
      } finally {
        body.stop();
      }
    });
  }

  async #alive<T>(work: (life: RequestTimeout) => Promise<T>): Promise<T> {
    const { silenceMs } = this.options;
    const silent = (): LoomClientError =>
      new LoomClientError('UNREACHABLE', `the server was silent for ${silenceMs / 1000} s`);
    const life = new RequestTimeout(this.stopping, silenceMs, silent);
    try {
      return await work(life);
    } finally {
      life.end();
    }
  }

  #request(
    method: string,
    life: RequestTimeout,
    init: { headers?: Record<string, string>; body?: NonNullable<RequestInit['body']>; duplex?: 'half' },
    force?: 'true',
  ): Promise<BufferedResponse> {
    const headers = { ...init.headers, 'Idempotency-Key': this.#key };
    const url = this.endpoint.stream(this.id, { force });
    return this.endpoint.requestBuffered(method, url, { ...init, headers, signal: life.signal });
  }
}

function spoolFailed(cause: unknown): LoomClientError {
  return new LoomClientError('SPOOL_FAILED', undefined, { cause });
}

function defaultBodies(): 'streamed' | 'whole' {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? 'whole' : 'streamed';
}
