import { assertReaches } from './assert-reaches';
import { countMatches } from './read/count-matches';
import { type DigestOptions, digestOf } from './read/digest';
import { Follow, type FollowOptions } from './read/follow';
import type { LineMatch, StreamMatches } from './read/line-match';
import { findMatches, type MatchOptions } from './read/matches';
import type { ReadRequests } from './read/resolve-part';
import type { SearchOptions, SearchTarget } from './read/search';
import { type SpyOptions, spyOn } from './read/spy';
import { type WaitOptions, type WaitResult, waitForStream } from './read/wait';
import { Upload } from './upload/upload';
import type { UploadOptions } from './upload/upload-options';
import { closable } from './wire/closable';
import { Endpoint, type EndpointOptions } from './wire/endpoint';
import { type ListedStream, parseListedPage, parseListedStream } from './wire/listed-stream';
import { withTimeout } from './wire/request-timeout';
import { assertSuccess, type BufferedResponse } from './wire/response';
import { lacksMetadata, parseStreamInfo, type StreamInfo } from './wire/stream-info';
import type { StreamState } from './wire/stream-state';

/** The options of one short request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends CallOptions {
  readonly prefix?: string;
  readonly state?: StreamState;
  /** How many streams one request returns, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
}

/** The timeout of a request with a short answer. */
const ANSWER_MS = 30_000;

/** A client of one Loom server. `head`, `info`, `list` and `remove` try once. The rest reconnects. */
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
  async head(id: string, { signal }: CallOptions = {}): Promise<StreamInfo> {
    const answer = await this.#ask('HEAD', this.#endpoint.stream(id), signal);
    const info = parseStreamInfo(id, answer);
    if (!lacksMetadata(answer)) return info;
    return { ...info, metadata: (await this.info(id, { signal })).metadata };
  }

  /** Reads the list entry of one stream. @throws LoomClientError */
  async info(id: string, { signal }: CallOptions = {}): Promise<ListedStream> {
    return parseListedStream((await this.#ask('GET', this.#endpoint.below(id, 'info'), signal)).text);
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

  /** Deletes a stream, and never another one. @throws LoomClientError `NOT_FOUND`; `REFUSED` if a proxy changes the ID */
  async remove(id: string, { signal }: CallOptions = {}): Promise<void> {
    await assertReaches(id, () => this.info(id, { signal }));
    await this.#ask('DELETE', this.#endpoint.stream(id), signal);
  }

  /** Every byte of a stream or of a part of it, then live bytes, until its end. Its `lines` and `text` are the same in other forms. */
  follow(id: string, options: FollowOptions = {}): Follow {
    return new Follow(this.#requestsOf(id), options);
  }

  /** What is worth knowing first of a stream, as the text of an object or as Markdown. @throws LoomClientError */
  digest(id: string, options: DigestOptions = {}): Promise<string> {
    return digestOf(this.#requestsOf(id), options);
  }

  /** Searches the lines of one stream, or of all streams with a prefix, newest first. */
  matches(
    target: SearchTarget,
    q: string,
    options: MatchOptions = {},
  ): AsyncIterableIterator<LineMatch, void> {
    return closable(options.signal, (signal) =>
      findMatches(this.#endpoint, target, q, { ...options, signal }),
    );
  }

  /** Counts the lines that match: of one stream, or of each with a prefix in which there are any, newest first. */
  countMatches(
    target: SearchTarget,
    q: string,
    options: SearchOptions = {},
  ): AsyncIterableIterator<StreamMatches, void> {
    return closable(options.signal, (signal) =>
      countMatches(this.#endpoint, target, q, { ...options, signal }),
    );
  }

  /** Waits for the end of a stream, for lines or for bytes. @returns `undefined` after the timeout @throws LoomClientError */
  wait(id: string, options: WaitOptions = {}): Promise<WaitResult | undefined> {
    return waitForStream(this.#requestsOf(id), options);
  }

  /** Every live stream, as one text that `/spy` shows, until the iteration is left. */
  spy(options: SpyOptions = {}): AsyncIterableIterator<Uint8Array, void> {
    return closable(options.signal, (signal) => spyOn(this.#endpoint, { ...options, signal }));
  }

  /** Creates the stream and returns an upload for its bytes. @throws LoomClientError `INVALID` */
  upload(id: string, options: UploadOptions = {}): Upload {
    // Throws for an invalid id.
    this.#endpoint.stream(id);
    return new Upload(this.#endpoint, id, options);
  }

  #requestsOf(id: string): ReadRequests {
    return {
      endpoint: this.#endpoint,
      id,
      head: (signal) => this.head(id, { signal }),
      ask: (...request) => this.#ask(...request),
    };
  }

  #ask(
    method: string,
    url: URL,
    outer: AbortSignal | undefined,
    headers?: Readonly<Record<string, string>>,
    timeoutMs = ANSWER_MS,
  ): Promise<BufferedResponse> {
    return withTimeout(outer, timeoutMs, async ({ signal }) => {
      const answer = await this.#endpoint.requestBuffered(method, url, {
        signal,
        ...(headers !== undefined && { headers }),
      });
      assertSuccess(answer);
      return answer;
    });
  }
}
