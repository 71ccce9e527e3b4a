import { assertReaches } from './assert-reaches';
import { type CountOptions, countMatches } from './read/count-matches';
import { type DigestOptions, digestOf } from './read/digest';
import { Follow, type FollowOptions, type PartOptions } from './read/follow';
import type { LineMatch, StreamMatches } from './read/line-match';
import { StreamLines } from './read/lines';
import type { MatchOptions, SearchTarget } from './read/match-options';
import { findMatches } from './read/matches';
import { ByteFormat } from './read/read-format';
import type { ReadRequests } from './read/resolve-part';
import { type SpyOptions, spyOn } from './read/spy';
import { type IndexOptions, parseStreamIndex, type StreamIndex } from './read/stream-index';
import { TimestampFormat } from './read/timestamp-format';
import { type WaitOptions, type WaitResult, waitForStream } from './read/wait';
import { Upload } from './upload/upload';
import type { UploadOptions } from './upload/upload-options';
import { Endpoint, type EndpointOptions } from './wire/endpoint';
import { LoomClientError } from './wire/errors';
import { type ListedStream, parseListedPage, parseListedStream } from './wire/listed-stream';
import { asOlderServer } from './wire/older-server';
import { RequestTimeout } from './wire/request-timeout';
import { assertSuccess, type BufferedResponse } from './wire/response';
import { lacksMetadata, parseStreamInfo, type StreamInfo } from './wire/stream-info';
import type { StreamState } from './wire/stream-state';

export interface ListOptions {
  readonly prefix?: string;
  readonly state?: StreamState;
  /** How many streams one request returns, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** The timeout of a request with a short answer. */
const ANSWER_MS = 30_000;

/** A client of one Loom server. `head`, `info`, `index`, `list` and `remove` try once. The rest reconnects. */
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

  /** Deletes a stream, and never another one. @throws LoomClientError `NOT_FOUND`; `REFUSED` if a proxy changes the ID */
  async remove(id: string, signal?: AbortSignal): Promise<void> {
    await assertReaches(id, () => this.info(id, signal));
    await this.#ask('DELETE', this.#endpoint.stream(id), signal);
  }

  /** Every byte of a stream or of a part of it, then live bytes, until its end. */
  follow(id: string, { offset = 0, timestamps, ...options }: FollowOptions = {}): Follow {
    return new Follow(
      this.#requestsOf(id),
      (position) => (timestamps ? new TimestampFormat(position) : new ByteFormat(position)),
      { from: { offset }, ...options },
    );
  }

  /** As `follow`, line by line. Needs a server that knows lines. */
  lines(id: string, options: PartOptions = {}): StreamLines {
    return new StreamLines(this.#requestsOf(id), options);
  }

  /** Reads where lines of a stream begin. @throws LoomClientError */
  async index(id: string, { step, from, signal }: IndexOptions = {}): Promise<StreamIndex> {
    const url = this.#endpoint.below(id, 'index', { step, from });
    try {
      return parseStreamIndex((await this.#ask('GET', url, signal)).text);
    } catch (error) {
      throw asOlderServer(error, 'indexes');
    }
  }

  /** What is worth knowing first of a stream, as the text of an object or as Markdown. @throws LoomClientError */
  digest(id: string, options: DigestOptions = {}): Promise<string> {
    return digestOf(this.#endpoint, id, options);
  }

  /** Searches the lines of one stream, or of all streams with a prefix, newest first. */
  matches(target: SearchTarget, q: string, options: MatchOptions = {}): AsyncGenerator<LineMatch, void> {
    return findMatches(this.#endpoint, target, q, options);
  }

  /** Counts the lines that match: of one stream, or of each with a prefix in which there are any, newest first. */
  countMatches(
    target: SearchTarget,
    q: string,
    options: CountOptions = {},
  ): AsyncGenerator<StreamMatches, void> {
    return countMatches(this.#endpoint, target, q, options);
  }

  /** Waits for the end of a stream, for lines or for bytes. @returns `undefined` after the timeout @throws LoomClientError */
  wait(id: string, options: WaitOptions = {}): Promise<WaitResult | undefined> {
    return waitForStream(this.#requestsOf(id), options);
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

  #requestsOf(id: string): ReadRequests {
    return {
      endpoint: this.#endpoint,
      id,
      head: (signal) => this.head(id, signal),
      ask: (...request) => this.#ask(...request),
    };
  }

  async #ask(
    method: string,
    url: URL,
    signal: AbortSignal | undefined,
    headers?: Readonly<Record<string, string>>,
  ): Promise<BufferedResponse> {
    const timeout = new RequestTimeout(
      signal,
      ANSWER_MS,
      () => new LoomClientError('UNREACHABLE', `no answer from the server for ${ANSWER_MS / 1000} s`),
    );
    try {
      const answer = await this.#endpoint.requestBuffered(method, url, {
        signal: timeout.signal,
        ...(headers !== undefined && { headers }),
      });
      assertSuccess(answer);
      return answer;
    } finally {
      timeout.end();
    }
  }
}
