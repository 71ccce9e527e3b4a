import { markersOf } from '../../src/markers/markers-of';
import { loadMarkers } from '../folds/load-markers';
import type { LogFolds } from '../folds/log-folds';
import { Checkpoints } from './checkpoints';
import { ConnectionLoop } from './connection-loop';
import { StreamFollower } from './follow-stream';
import type { LiveLines } from './live-lines';
import { type IndexedStream, loadIndex } from './load-index';
import { readSegment } from './read-segment';
import type { Segment } from './segment';
import type { SegmentCache } from './segment-cache';
import type { SendRequest } from './send-request';
import { type LoadedFacts, loadFacts } from './stream-facts';

/** How often the facts of a stream are asked for while it is followed: its state may change without a byte. */
const POLL_MS = 15_000;
/** Beyond so many answers the rest of the index is left to estimates: 20 million lines. */
const MAX_INDEX_ANSWERS = 20;
/** Several screens full of usual lines. */
const START_BYTES = 65_536;

export interface StreamConnectionParts {
  readonly send: SendRequest;
  readonly id: string;
  readonly cache: SegmentCache;
  readonly folds: LogFolds;
  readonly isFromStart: boolean;
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
  /** The first lines, which are there before the index. */
  #start: Segment | undefined;
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

  get facts(): LoadedFacts['facts'] | undefined {
    return this.#loaded?.facts;
  }

  get isCounted(): boolean {
    return this.#index !== undefined;
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
    return Math.max(this.#index?.lines ?? this.#start?.last ?? 0, this.live?.lines ?? 0);
  }

  get bytes(): number {
    return Math.max(this.#index?.bytes ?? this.#loaded?.bytes ?? 0, this.live?.offset ?? 0);
  }

  /** What arrives by itself cannot be loaded. Any line has to wait for the index. */
  get lastLoadable(): number {
    return this.live === undefined ? (this.#index?.lines ?? 0) : this.live.segment.first - 1;
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
    const start = this.#loadStart(loading, signal).catch(() => undefined);
    const index = await loadIndex(send, id, 1, this.#checkpoints, signal);
    await start;
    if (this.#loaded?.facts.generation !== index.generation) this.parts.onReload();
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

  /** Shows the first lines of a closed stream. A first line that is longer waits for the index. */
  async #loadStart(loading: Promise<LoadedFacts>, signal: AbortSignal): Promise<void> {
    const { send, id, cache, isFromStart } = this.parts;
    const { state, generation } = (await loading).facts;
    if (!isFromStart || state !== 'closed' || this.#start !== undefined) return;
    const segment = await readSegment(send, { id, generation, first: 1, maxBytes: START_BYTES }, signal);
    if (segment.isTorn || segment.count === 0) return;
    cache.add(segment);
    this.#start = segment;
    this.#grown();
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
    this.#checkpoints.setEnd(lines, this.isCounted ? bytes : (this.#start?.endOffset ?? 0));
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
    this.#start = undefined;
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
