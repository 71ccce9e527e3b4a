import { Endpoint, type EndpointOptions } from './endpoint';
import { LoomClientError } from './errors';
import { Follow, type FollowOptions } from './follow';
import { type ListedStream, parseListedPage, parseListedStream } from './listed-stream';
import { RequestTimeout } from './request-timeout';
import { assertSuccess, type BufferedResponse } from './response';
import { type SpyOptions, spyOn } from './spy';
import { lacksMetadata, parseStreamInfo, type StreamInfo } from './stream-info';
import type { StreamState } from './stream-state';
import { Upload } from './upload';
import type { UploadOptions } from './upload-options';

export interface ListOptions {
  readonly prefix?: string;
  readonly state?: StreamState;
  /** How many streams one request returns, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** The timeout of a request with a short answer. */
const ANSWER_MS = 30_000;

/** A client of one Loom server. `head`, `info`, `list` and `remove` try once. `follow`, `spy` and `upload` reconnect. */
export class LoomClient {
  readonly #endpoint: Endpoint;

  /** @throws LoomClientError `INVALID` */
  constructor(options: EndpointOptions) {
    this.#endpoint = new Endpoint(options);
  }

  /** The URL of the stream, for any HTTP client. @throws LoomClientError `INVALID` */
  urlOf(id: string): string {
    return this.#endpoint.stream(id).href;
  }

  /** Reads the state of a stream. If the metadata exceeds a header, it asks `/info` as well. @throws LoomClientError */
  async head(id: string, signal?: AbortSignal): Promise<StreamInfo> {
    const answer = await this.#ask('HEAD', this.#endpoint.stream(id), signal);
    const info = parseStreamInfo(id, answer);
    if (!lacksMetadata(answer)) return info;
    return { ...info, metadata: (await this.info(id, signal)).metadata };
  }

  /** Reads the list entry of one stream. @throws LoomClientError */
  async info(id: string, signal?: AbortSignal): Promise<ListedStream> {
    return parseListedStream((await this.#ask('GET', this.#endpoint.info(id), signal)).text);
  }

  /** Lists streams, newest first. The iteration requests each page when it gets there. @throws LoomClientError */
  async *list({ prefix, state, pageSize, signal }: ListOptions = {}): AsyncGenerator<ListedStream, void> {
    for (let cursor: string | undefined; ; ) {
      const url = this.#endpoint.url('/stream', { prefix, state, limit: pageSize, cursor });
      const { streams, next } = parseListedPage((await this.#ask('GET', url, signal)).text);
      yield* streams;
      if (next === undefined) return;
      cursor = next;
    }
  }

  /** Deletes a stream. @throws LoomClientError `NOT_FOUND` */
  async remove(id: string, signal?: AbortSignal): Promise<void> {
    await this.#ask('DELETE', this.#endpoint.stream(id), signal);
  }

  follow(id: string, options: FollowOptions = {}): Follow {
    return new Follow(this.#endpoint, id, (signal) => this.head(id, signal), options);
  }

  spy(options: SpyOptions = {}): AsyncGenerator<Uint8Array, never> {
    return spyOn(this.#endpoint, options);
  }

  /** Creates the stream and returns an upload for its bytes. @throws LoomClientError `INVALID` */
  upload(id: string, options: UploadOptions = {}): Upload {
    // Throws for an invalid id.
    this.#endpoint.stream(id);
    return new Upload(this.#endpoint, id, options);
  }

  async #ask(method: string, url: URL, signal: AbortSignal | undefined): Promise<BufferedResponse> {
    const timeout = new RequestTimeout(
      signal,
      ANSWER_MS,
      () => new LoomClientError('UNREACHABLE', `no answer from the server for ${ANSWER_MS / 1000} s`),
    );
    try {
      const answer = await this.#endpoint.requestBuffered(method, url, { signal: timeout.signal });
      assertSuccess(answer);
      return answer;
    } finally {
      timeout.end();
    }
  }
}
