import type { Checkpoints } from './checkpoints';
import { LiveLines, type LiveLinesParts, type LiveStart } from './live-lines';
import { followedFrom, startAtEnd, startOf } from './live-start';
import type { IndexedStream } from './load-index';
import { chunksOf } from './ndjson';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';

export interface FollowParts extends LiveLinesParts {
  readonly send: SendRequest;
  readonly id: string;
  readonly checkpoints: Checkpoints;
  readonly onBytes: () => void;
}

/** Follows one stream over any number of connections: each goes on at the byte at which the one before broke off. */
export class StreamFollower {
  #live: LiveLines | undefined;

  constructor(
    private readonly parts: FollowParts,
    private readonly index: IndexedStream,
  ) {}

  /** What has arrived; undefined before the first connection. */
  get live(): LiveLines | undefined {
    return this.#live;
  }

  /** One connection. Resolves when the answer ends. @throws ApiError; any error if the connection breaks */
  async connect(onConnected: () => void, signal: AbortSignal): Promise<void> {
    const response =
      this.#live === undefined ? await this.#first(signal) : await this.#next(this.#live, signal);
    const live = this.#live;
    if (live === undefined) return;
    live.reconnected();
    onConnected();
    for await (const chunk of chunksOf(response)) {
      live.feed(chunk);
      this.parts.onBytes();
    }
  }

  async #first(signal: AbortSignal): Promise<Response> {
    const { index, parts } = this;
    const line = followedFrom(index, parts.checkpoints);
    const attempt = new AbortController();
    const response = await this.#open({ line }, AbortSignal.any([signal, attempt.signal]));
    const start = startOf(response, line, index);
    if (start !== undefined) return this.#begin(start, response);
    attempt.abort();
    return this.#begin(startAtEnd(index), await this.#open({ offset: index.bytes }, signal));
  }

  #next({ offset }: LiveLines, signal: AbortSignal): Promise<Response> {
    return this.#open({ offset }, signal);
  }

  #begin(start: LiveStart, response: Response): Response {
    this.#live = new LiveLines(this.parts, start);
    return response;
  }

  #open(at: { readonly line?: number; readonly offset?: number }, signal: AbortSignal): Promise<Response> {
    const { send, id } = this.parts;
    return send(pathOf(id, '', { ...at, generation: this.index.generation, timestamps: true }), { signal });
  }
}
