import type { Endpoint } from '../wire/endpoint';
import { type Json, toHeader } from '../wire/json';
import { type RequestTimeout, withTimeout } from '../wire/request-timeout';
import { type BufferedResponse, uploadOffset } from '../wire/response';
import type { Backlog } from './backlog';
import { type Appended, openStreamedAppends, type SentPart, type StreamedAppends } from './streamed-appends';
import type { UploadSettings } from './upload-options';
import { wholeBody } from './whole-body';

interface UploadPart extends SentPart {
  /** Merged into the stream's metadata. */
  readonly metadata?: Json | undefined;
}

/** Sends the requests of one upload, all with its key. `Upload` interprets the answers. */
export class UploadRequests {
  readonly #key: string;
  readonly #streamed: StreamedAppends | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly id: string,
    private readonly options: UploadSettings,
    private readonly stopping: AbortSignal,
  ) {
    this.#key = options.key ?? crypto.randomUUID();
    this.#streamed = openStreamedAppends(options, async () => uploadOffset((await this.head()).headers));
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

  /** Sends a PATCH. @throws LoomClientError */
  append(backlog: Backlog, part: UploadPart): Promise<Appended> {
    const { from, isLast, metadata } = part;
    const headers = {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(from),
      'Upload-Complete': isLast ? '?1' : '?0',
      ...(metadata !== undefined && { 'X-Stream-Metadata': toHeader(metadata) }),
    };
    return this.#withTimeout(async (timeout) => {
      const send = (body: NonNullable<RequestInit['body']>): Promise<BufferedResponse> =>
        this.#request('PATCH', timeout, { headers, body, duplex: 'half' });
      if (this.#streamed !== undefined && backlog.end > from)
        return this.#streamed.append(backlog, part, timeout, send);
      const body = await wholeBody(backlog, from, part.bytesMax);
      return { answer: await send(body), to: from + body.length };
    });
  }

  #withTimeout<T>(work: (timeout: RequestTimeout) => Promise<T>): Promise<T> {
    return withTimeout(this.stopping, this.options.silenceMs, work);
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
