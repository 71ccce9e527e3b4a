import { Endpoint, type EndpointOptions } from './endpoint';
import { LoomClientError } from './errors';
import { Follow, type FollowOptions } from './follow';
import { type ListedStream, parseListedPage, parseListedStream } from './listed-stream';
import { RequestTimeout } from './request-timeout';
import { assertSuccess, type BufferedResponse } from './response';
import { type SpyOptions, spy } from './spy';
import { lacksMetadata, parseStreamInfo, type StreamInfo } from './stream-info';
import type { StreamState } from './stream-state';
import { Upload } from './upload';
import type { UploadOptions } from './upload-options';

export interface ListOptions {
  readonly prefix?: string;
  readonly state?: StreamState;
  /** How many entries one request asks for, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** How long a short request may take. */
const ANSWER_MS = 30_000;

/** One Loom server. `head`, `info`, `list` and `remove` try once; what streams goes on after any loss. */
export class LoomClient {
  readonly #endpoint: Endpoint;

  /** @throws LoomClientError `INVALID` */
  constructor(options: EndpointOptions) {
    this.#endpoint = new Endpoint(options);
  }

  /** Where the stream can be read with any HTTP client. @throws LoomClientError `INVALID` */
  urlOf(id: string): string {
    return this.#endpoint.stream(id).href;
  }

  /** Asks a second time where the metadata is too large for a header. @throws LoomClientError */
  async head(id: string, signal?: AbortSignal): Promise<StreamInfo> {
    const answer = await this.#ask('HEAD', this.#endpoint.stream(id), signal);
    const info = parseStreamInfo(id, answer);
    if (!lacksMetadata(answer)) return info;
    return { ...info, metadata: (await this.info(id, signal)).metadata };
  }

  /** What the list shows of one stream. @throws LoomClientError */
  async info(id: string, signal?: AbortSignal): Promise<ListedStream> {
    return parseListedStream((await this.#ask('GET', this.#endpoint.info(id), signal)).text);
  }

  /** Newest first. Pages are asked for as the iteration gets to them. @throws LoomClientError */
  async *list({ prefix, state, pageSize, signal }: ListOptions = {}): AsyncGenerator<ListedStream, void> {
    for (let cursor: string | undefined; ; ) {
      const url = this.#endpoint.url('/stream', { prefix, state, limit: pageSize, cursor });
      const { streams, next } = parseListedPage((await this.#ask('GET', url, signal)).text);
      yield* streams;
      if (next === undefined) return;
      cursor = next;
    }
  }

  /** @throws LoomClientError `NOT_FOUND` */
  async remove(id: string, signal?: AbortSignal): Promise<void> {
    await this.#ask('DELETE', this.#endpoint.stream(id), signal);
  }

  follow(id: string, options: FollowOptions = {}): Follow {
    return new Follow(this.#endpoint, id, (signal) => this.head(id, signal), options);
  }

  spy(options: SpyOptions = {}): AsyncGenerator<Uint8Array, never> {
    return spy(this.#endpoint, options);
  }

  /** Begins at once to make the stream. @throws LoomClientError `INVALID` */
  upload(id: string, options: UploadOptions = {}): Upload {
    // Asked for only to refuse a bad id here and now.
    this.#endpoint.stream(id);
    return new Upload(this.#endpoint, id, options);
  }

  async #ask(method: string, url: URL, signal: AbortSignal | undefined): Promise<BufferedResponse> {
    const life = new RequestTimeout(
      signal,
      ANSWER_MS,
      () => new LoomClientError('UNREACHABLE', 'the server does not answer'),
    );
    try {
      const answer = await this.#endpoint.requestBuffered(method, url, { signal: life.signal });
      assertSuccess(answer);
      return answer;
    } finally {
      life.end();
    }
  }
}
