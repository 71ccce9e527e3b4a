import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sizeOf } from '../../core/bytes/size-of';
import type { ManyLogsListener } from '../../core/follow/many-logs-listener';
import type { LogRef } from '../../core/log/log';
import type { Loss } from '../../core/log/loss';
import { sliceChunks } from '../../core/scheduling/turn-byte-budget';
import { startStallTimer } from '../live/stall-timer';
import { waitForDrain } from '../live/wait-for-drain';
import type { SpyFormat } from './spy-format';
import { TextQueue } from './text-queue';

interface Missed {
  readonly log: LogRef;
  bytes: number;
  started: boolean;
  ended: boolean;
  loss?: Loss;
}

/** Streams that a slow spy may have news of before it counts as gone. */
const MISSED_MAX = 10_000;

export interface SpyLimits {
  /** The most bytes that wait for it. What goes beyond is skipped. */
  readonly pendingBytesMax: number;
  /** It is cut when it does not take what waits for it within so many milliseconds. */
  readonly stalledMs: number;
}

/** How many bytes are painted before the time is looked at: mostly in 30 µs, and in 3 ms where each line has many styles. */
const SLICE_BYTES = 8 * 1024;

/**
 * How many bytes that came live may wait to be painted. What comes beyond that is read from the store once there is time: nothing
 * of it is missed, for it is not the spy that is slow.
 */
const UNPAINTED_BYTES_MAX = 1024 * 1024;

/**
 * Shows a spy what happens. A spy that is slower than its streams misses bytes, and is told how many of which stream once it can
 * take more: it never slows a producer down, and nothing queues for it but one entry a stream.
 */
export class SpyResponse implements ManyLogsListener {
  /** By generation, in the order in which they were first missed. */
  readonly #missed = new Map<string, Missed>();
  readonly #queue: TextQueue;
  /** What came live and is not painted yet. */
  #unpaintedBytes = 0;
  #stopCut: (() => void) | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly format: SpyFormat,
    private readonly limits: SpyLimits,
    private readonly signal: AbortSignal,
  ) {
    this.#queue = new TextQueue(
      (text) => this.#write(text),
      () => this.#isFull(),
      signal,
    );
    res.on('drain', () => this.#catchUp());
    res.once('close', () => this.#stopCut?.());
  }

  started(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).started = true;
    else this.#show(() => this.format.start(log));
  }

  bytes(log: LogRef, chunks: readonly Buffer[]): boolean {
    const size = sizeOf(chunks);
    if (this.#isBehind()) {
      this.#miss(log).bytes += size;
      return true;
    }
    if (this.#unpaintedBytes > UNPAINTED_BYTES_MAX) return false;
    this.#unpaintedBytes += size;
    this.#queue.add(this.#textsOf(log, chunks), () => {
      this.#unpaintedBytes -= size;
    });
    return true;
  }

  stored(log: LogRef, chunks: readonly Buffer[]): void {
    this.#queue.add(this.#textsOf(log, chunks));
  }

  skipped(log: LogRef, bytes: number): void {
    if (this.#isBehind()) this.#miss(log).bytes += bytes;
    else this.#show(() => this.format.skipped(log, bytes));
  }

  lost(log: LogRef, loss: Loss): void {
    if (this.#isBehind()) this.#miss(log).loss = loss;
    else this.#show(() => this.format.lost(log, loss));
  }

  ended(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).ended = true;
    else this.#show(() => this.format.end(log));
  }

  /** Only for what is read from the store: there a slow spy is simply waited for. */
  async ready(): Promise<void> {
    for (;;) {
      await this.#queue.flushed();
      await waitForDrain(this.res, this.limits.stalledMs, this.signal);
      if (this.#missed.size === 0) return;
      await nextTurn();
    }
  }

  /** Once it has missed something it goes on missing until it has been told all of that, so that it stays in order. */
  #isBehind(): boolean {
    return this.#missed.size > 0 || this.#isFull();
  }

  /** When it is, a 'drain' follows. */
  #isFull(): boolean {
    return this.res.writableNeedDrain && this.res.writableLength > this.limits.pendingBytesMax;
  }

  #miss(log: LogRef): Missed {
    const missed = this.#missed.get(log.generation) ?? { log, bytes: 0, started: false, ended: false };
    this.#missed.set(log.generation, missed);
    if (this.#missed.size > MISSED_MAX) this.res.destroy();
    return missed;
  }

  #catchUp(): void {
    this.#stopCut?.();
    this.#stopCut = undefined;
    if (this.#missed.size > 0) this.#queue.add(this.#textsOfMissed());
    this.#queue.resume();
  }

  *#textsOfMissed(): Generator<string, void> {
    for (const [generation, { log, bytes, started, ended, loss }] of this.#missed) {
      if (this.#isFull()) return;
      this.#missed.delete(generation);
      if (started) yield this.format.start(log);
      if (bytes > 0) yield this.format.skipped(log, bytes);
      if (loss !== undefined) yield this.format.lost(log, loss);
      if (ended) yield this.format.end(log);
    }
  }

  *#textsOf(log: LogRef, chunks: readonly Buffer[]): Generator<string, void> {
    for (const slice of sliceChunks(chunks, SLICE_BYTES)) yield this.format.data(log, [slice]);
  }

  #show(text: () => string): void {
    this.#queue.add(only(text));
  }

  #write(text: string): void {
    if (text === '') return;
    this.res.write(text);
    // Not when something is missed: that may be between a 'drain' and the turn that has time to report what was missed before it.
    if (this.#isFull()) this.#stopCut ??= startStallTimer(this.res, this.limits.stalledMs);
  }
}

function* only(text: () => string): Generator<string, void> {
  yield text();
}
