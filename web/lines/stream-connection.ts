import { loadMarkers } from '../folds/load-markers';
import type { LogFolds } from '../folds/log-folds';
import { markersOf } from '../folds/markers-of';
import { Checkpoints } from './checkpoints';
import { ConnectionLoop } from './connection-loop';
import { StreamFollower } from './follow-stream';
import type { LiveLines } from './live-lines';
import { type IndexedStream, loadIndex } from './load-index';
import type { SegmentCache } from './segment-cache';
import type { SendRequest } from './send-request';
import { type LoadedFacts, loadFacts } from './stream-facts';

/** How often the facts of a stream are asked for while it is followed: its state may change without a byte. */
const POLL_MS = 15_000;
/** Beyond so many answers the rest of the index is left to estimates: 20 million lines. */
const MAX_INDEX_ANSWERS = 20;

export interface StreamConnectionParts {
  readonly send: SendRequest;
  readonly id: string;
  readonly cache: SegmentCache;
  readonly folds: LogFolds;
  readonly onChanged: () => void;
  /** What was loaded is no longer there. */
  readonly onReload: () => void;
}

/** What is known of a stream as a whole, and its end as it arrives. */
export class StreamConnection {
  readonly loop: ConnectionLoop;
  #checkpoints = new Checkpoints();
  #loaded: LoadedFacts | undefined;
  #index: IndexedStream | undefined;
  #follower: StreamFollower | undefined;
  #hasAskedForMarkers = false;
  #polledBytes = -1;
  #reloaded = new AbortController();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(
    private readonly parts: StreamConnectionParts,
    private readonly closed: AbortSignal,
  ) {
    this.loop = new ConnectionLoop(
      {
        attempt: (isUp, signal) => this.#attempt(isUp, signal),
        isKnown: () => this.#loaded !== undefined,
        onReload: () => this.#reload(),
        onChanged: parts.onChanged,
      },
      closed,
    );
  }

  /** With the number of lines, so that a closed stream without lines is one that has none. */
  get facts(): LoadedFacts['facts'] | undefined {
    return this.#index === undefined ? undefined : this.#loaded?.facts;
  }

  get generation(): string | undefined {
    return this.#index?.generation;
  }

  get checkpoints(): Checkpoints {
    return this.#checkpoints;
  }

  get live(): LiveLines | undefined {
    return this.#follower?.live;
  }

  get lines(): number {
    return Math.max(this.#index?.lines ?? 0, this.live?.lines ?? 0);
  }

  get bytes(): number {
    return Math.max(this.#index?.bytes ?? 0, this.live?.offset ?? 0);
  }

  /** What arrives by itself cannot be loaded. Before the index is there, any line may exist. */
  get lastLoadable(): number {
    if (this.live !== undefined) return this.live.segment.first - 1;
    return this.#index?.lines ?? Number.POSITIVE_INFINITY;
  }

  async #attempt(isUp: () => void, signal: AbortSignal): Promise<boolean> {
    const follower = this.#follower ?? (await this.#begin(signal));
    if (await this.#hasEnded(signal)) return true;
    const poll = setInterval(() => void this.#poll(signal), POLL_MS);
    try {
      const onConnected = (): void => {
        isUp();
        this.#findMarkers((this.live?.segment.first ?? 1) - 1);
      };
      await follower.connect(onConnected, signal);
    } finally {
      clearInterval(poll);
    }
    return this.#hasEnded(signal);
  }

  async #begin(signal: AbortSignal): Promise<StreamFollower> {
    const { send, id, cache } = this.parts;
    const loading = this.#loadFacts(signal);
    // If both fail, the index says so.
    loading.catch(() => undefined);
    const index = await loadIndex(send, id, 1, this.#checkpoints, signal);
    this.#index = index;
    this.#grown();
    await loading;
    for (let { next } = index, answers = 1; next !== undefined && answers < MAX_INDEX_ANSWERS; answers += 1)
      ({ next } = await loadIndex(send, id, next, this.#checkpoints, signal));
    const follower = new StreamFollower(
      {
        send,
        id,
        cache,
        checkpoints: this.#checkpoints,
        onLine: (line, bytes) => this.#lineArrived(line, bytes),
        onBytes: () => this.#grown(),
      },
      index,
    );
    this.#follower = follower;
    return follower;
  }

  /** Asks for the facts. @returns whether all of the stream is known, and no more comes */
  async #hasEnded(signal: AbortSignal): Promise<boolean> {
    const { facts, bytes } = await this.#loadFacts(signal);
    if (facts.state !== 'closed' || this.bytes < bytes) return false;
    const { live, lines } = this;
    // Markers of the last line count without its LF, too.
    if (live?.segment.isOpen === true) this.#lineArrived(lines, live.segment.bytesOf(lines));
    this.#findMarkers(lines);
    return true;
  }

  async #loadFacts(signal: AbortSignal): Promise<LoadedFacts> {
    const { send, id, onChanged } = this.parts;
    this.#loaded = await loadFacts(send, id, this.generation, signal);
    onChanged();
    return this.#loaded;
  }

  /** A connection that brings nothing although there is something is of no use. */
  async #poll(signal: AbortSignal): Promise<void> {
    try {
      const { bytes } = await this.#loadFacts(signal);
      const isStalled = bytes > this.bytes && this.bytes === this.#polledBytes;
      this.#polledBytes = this.bytes;
      if (isStalled) this.loop.reconnect();
    } catch {
      // The next connection finds out why.
      if (!signal.aborted) this.loop.reconnect();
    }
  }

  #lineArrived(line: number, bytes: Uint8Array): void {
    if (maybeMarker(bytes))
      this.parts.folds.addLive(line, markersOf(this.#decoder.decode(bytes.subarray(0, 2_048))));
  }

  #grown(): void {
    const { lines, bytes, parts } = this;
    this.#checkpoints.setEnd(lines, bytes);
    parts.folds.setLines(lines);
    parts.onChanged();
  }

  /** Once, beside everything else. @param lastLine those of the lines behind it arrive by themselves */
  #findMarkers(lastLine: number): void {
    if (this.#hasAskedForMarkers) return;
    this.#hasAskedForMarkers = true;
    const { send, id, folds } = this.parts;
    const wanted = {
      id,
      lastLine,
      onMarkers: (...found: Parameters<LogFolds['addStored']>) => folds.addStored(...found),
    };
    const { signal } = this.#reloaded;
    const done = (searchedTo?: number): void => {
      if (!signal.aborted) folds.storedLoaded(searchedTo);
    };
    void loadMarkers(send, wanted, AbortSignal.any([this.closed, signal])).then(done, () => done(0));
  }

  #reload(): void {
    this.#reloaded.abort();
    this.#reloaded = new AbortController();
    this.#checkpoints = new Checkpoints();
    this.#index = undefined;
    this.#follower = undefined;
    this.#hasAskedForMarkers = false;
    this.parts.folds.reset();
    this.parts.onReload();
  }
}

/** Quick, and true for all lines with markers: they begin with one of a few characters, a digit or a blank. */
function maybeMarker(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return first <= 0x3a || first === 0x73 || first === 0x7e || first === 0x5e;
}
