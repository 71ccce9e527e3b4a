import type { ServerResponse } from 'node:http';
import type { Spectator } from '../../core/follow-many';
import type { LogRef } from '../../core/log';
import type { Loss } from '../../core/loss';
import { sizeOf } from '../../core/size-of';
import { drained } from '../drained';
import type { SpyFormat } from './spy-format';

interface Missed {
  readonly log: LogRef;
  bytes: number;
  started: boolean;
  ended: boolean;
  loss?: Loss;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Streams that a slow spy may have news of before it counts as gone. */
const MISSED_MAX = 10_000;

export interface SpyLimits {
  /** The most bytes that wait for it. What goes beyond is skipped. */
  readonly pendingBytesMax: number;
  /** It is cut when it does not take what waits for it within so many milliseconds. */
  readonly stalledMs: number;
}

/**
 * Shows a spy what happens. A spy that is slower than its streams misses bytes, and is told how many of which stream once it can
 * take more: it never slows a producer down, and nothing queues for it but one entry a stream.
 */
export class SpyResponse implements Spectator {
  /** By generation, in the order in which they were first missed. */
  readonly #missed = new Map<string, Missed>();
  #stalled: NodeJS.Timeout | undefined;
  /** When the last of those that wait for the response to drain has had its turn. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly res: ServerResponse,
    private readonly format: SpyFormat,
    private readonly limits: SpyLimits,
    private readonly signal: AbortSignal,
  ) {
    res.on('drain', () => this.#catchUp());
    res.once('close', () => clearTimeout(this.#stalled));
  }

  started(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).started = true;
    else this.#write(this.format.start(log));
  }

  bytes(log: LogRef, chunks: readonly Buffer[]): void {
    if (this.#isBehind()) this.#miss(log).bytes += sizeOf(chunks);
    else this.#write(this.format.data(log, chunks));
  }

  lost(log: LogRef, loss: Loss): void {
    if (this.#isBehind()) this.#miss(log).loss = loss;
    else this.#write(this.format.lost(log, loss));
  }

  ended(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).ended = true;
    else this.#write(this.format.end(log));
  }

  /** Only for what is read from the store: there a slow spy is simply waited for, by one reader after the other. */
  ready(): Promise<void> {
    const turn = this.#turn.then(() => drained(this.res, this.limits.stalledMs, this.signal));
    // The next one looks only after this one has passed its page on. Whoever waits hears of a failure by its own turn.
    this.#turn = turn.then(nextTurn, nextTurn);
    return turn;
  }

  /** Once it has missed something it goes on missing until it has been told all of that, so that it stays in order. */
  #isBehind(): boolean {
    return this.#missed.size > 0 || this.#isFull();
  }

  #isFull(): boolean {
    return this.res.writableLength > this.limits.pendingBytesMax;
  }

  #miss(log: LogRef): Missed {
    this.#stalled ??= setTimeout(() => this.res.destroy(), this.limits.stalledMs);
    const missed = this.#missed.get(log.generation) ?? { log, bytes: 0, started: false, ended: false };
    this.#missed.set(log.generation, missed);
    if (this.#missed.size > MISSED_MAX) this.res.destroy();
    return missed;
  }

  #catchUp(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    for (const [generation, missed] of this.#missed) {
      if (this.#isFull()) return;
      this.#missed.delete(generation);
      this.#tell(missed);
    }
  }

  #tell({ log, bytes, started, ended, loss }: Missed): void {
    if (started) this.#write(this.format.start(log));
    if (bytes > 0) this.#write(this.format.skipped(log, bytes));
    if (loss !== undefined) this.#write(this.format.lost(log, loss));
    if (ended) this.#write(this.format.end(log));
  }

  #write(text: string): void {
    if (text !== '') this.res.write(text);
  }
}
