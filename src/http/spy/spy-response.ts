import type { ServerResponse } from 'node:http';
import type { Spectator } from '../../core/follow-many';
import type { LogRef } from '../../core/log';
import type { SpyFormat } from './spy-format';

interface Missed {
  readonly log: LogRef;
  bytes: number;
  started: boolean;
  ended: boolean;
}

/**
 * Shows a spy what happens. A spy that is slower than its streams misses bytes, and is told how many of which stream once it can
 * take more: it never slows a producer down, and nothing queues for it but one entry a stream.
 */
export class SpyResponse implements Spectator {
  /** By generation, in the order in which they were first missed. */
  readonly #missed = new Map<string, Missed>();

  constructor(
    private readonly res: ServerResponse,
    private readonly format: SpyFormat,
    private readonly pendingBytesMax: number,
    private readonly signal: AbortSignal,
  ) {
    res.on('drain', () => this.#catchUp());
  }

  started(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).started = true;
    else this.#write(this.format.start(log));
  }

  bytes(log: LogRef, chunks: readonly Buffer[]): void {
    if (!this.#isBehind()) this.#write(this.format.data(log, chunks));
    else this.#miss(log).bytes += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  ended(log: LogRef): void {
    if (this.#isBehind()) this.#miss(log).ended = true;
    else this.#write(this.format.end(log));
  }

  /** Only for what is read from the store: there a slow spy is simply waited for. */
  ready(): Promise<void> {
    if (!this.res.writableNeedDrain || this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = (): void => {
        this.res.off('drain', stop);
        this.signal.removeEventListener('abort', stop);
        resolve();
      };
      this.res.on('drain', stop);
      this.signal.addEventListener('abort', stop);
    });
  }

  /** Once it has missed something it goes on missing until it has drained, so that what it is told stays in order. */
  #isBehind(): boolean {
    return this.#missed.size > 0 || this.res.writableLength > this.pendingBytesMax;
  }

  #miss(log: LogRef): Missed {
    const missed = this.#missed.get(log.generation) ?? { log, bytes: 0, started: false, ended: false };
    this.#missed.set(log.generation, missed);
    return missed;
  }

  #catchUp(): void {
    const all = [...this.#missed.values()];
    this.#missed.clear();
    for (const { log, bytes, started, ended } of all) {
      if (started) this.#write(this.format.start(log));
      if (bytes > 0) this.#write(this.format.skipped(log, bytes));
      if (ended) this.#write(this.format.end(log));
    }
  }

  #write(text: string): void {
    if (text !== '') this.res.write(text);
  }
}
