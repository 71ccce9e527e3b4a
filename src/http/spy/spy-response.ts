import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sizeOf } from '../../core/bytes/size-of';
import type { ManyLogsListener } from '../../core/follow/many-logs-listener';
import type { LogRef } from '../../core/log/log';
import type { Loss } from '../../core/log/loss';
import { sliceChunks } from '../../core/scheduling/turn-byte-budget';
import { cut } from '../errors/cut';
import type { WireContext } from '../front/wire';
import { startStallTimer } from '../live/stall-timer';
import { waitForDrain } from '../live/wait-for-drain';
import type { SpyEncoder } from './spy-encoder';
import { TextQueue } from './text-queue';

interface Missed {
  readonly log: LogRef;
  bytes: number;
  started: boolean;
  ended: boolean;
  loss?: Loss;
}

/** A slow spy that has missed something of more streams than this is cut. */
const MISSED_MAX = 10_000;

interface SpyLimits {
  /** The most bytes that wait for the spy. Bytes beyond that are skipped. */
  readonly pendingBytesMax: number;
  /** A spy that does not take within this time what waits for it is cut. */
  readonly stalledMs: number;
}

/** Where a spy counts what it was sent, and what it missed. */
type SpyCounts = Pick<WireContext, 'meter' | 'meters'>;

/** How many bytes are painted between two looks at the clock: mostly in 30 µs, and in 3 ms if each line has many styles. */
const SLICE_BYTES = 8 * 1024;

/** How many live bytes may wait to be painted. Further ones are read from the store: the spy misses none, as it is not slow itself. */
const UNPAINTED_BYTES_MAX = 1024 * 1024;

/** The response of a spy. A slow one misses bytes, and later gets their number: it slows no producer, and queues one entry per stream. */
export class SpyResponse implements ManyLogsListener {
  /** By generation, in the order of the first miss. */
  readonly #missed = new Map<string, Missed>();
  readonly #queue: TextQueue;
  /** Live bytes that are not painted yet. */
  #unpaintedBytes = 0;
  #stopCut: (() => void) | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly format: SpyEncoder,
    private readonly limits: SpyLimits,
    private readonly signal: AbortSignal,
    private readonly count: SpyCounts,
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
      this.#missBytes(log, size);
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
    if (this.#isBehind()) this.#missBytes(log, bytes);
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

  /** Reads from the store wait for a slow spy. */
  async ready(): Promise<void> {
    for (;;) {
      await this.#queue.flushed();
      await waitForDrain(this.res, this.limits.stalledMs, this.signal);
      if (this.#missed.size === 0) return;
      await nextTurn();
    }
  }

  /** A spy that has missed something misses everything until that was reported, so that the order is kept. */
  #isBehind(): boolean {
    return this.#missed.size > 0 || this.#isFull();
  }

  /** If it is full, a 'drain' follows. */
  #isFull(): boolean {
    return this.res.writableNeedDrain && this.res.writableLength > this.limits.pendingBytesMax;
  }

  #missBytes(log: LogRef, bytes: number): void {
    this.count.meters.spySkippedBytes += bytes;
    this.#miss(log).bytes += bytes;
  }

  #miss(log: LogRef): Missed {
    const missed = this.#missed.get(log.generation) ?? { log, bytes: 0, started: false, ended: false };
    this.#missed.set(log.generation, missed);
    if (this.#missed.size > MISSED_MAX) cut(this.res, 'overrun');
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
    for (const slice of sliceChunks(chunks, SLICE_BYTES)) {
      this.count.meter.deliveredBytes += slice.length;
      yield this.format.data(log, [slice]);
    }
  }

  #show(text: () => string): void {
    this.#queue.add(only(text));
  }

  #write(text: string): void {
    if (text === '') return;
    this.res.write(text);
    // A spy that only misses something is not cut: a 'drain' may come before the turn that has time to report what was missed.
    if (this.#isFull()) this.#stopCut ??= startStallTimer(this.res, this.limits.stalledMs);
  }
}

function* only(text: () => string): Generator<string, void> {
  yield text();
}
