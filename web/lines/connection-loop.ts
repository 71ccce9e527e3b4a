import { ApiError } from '../shell/api-error';
import { retryPauseMs } from '../shell/retry-pause';
import { connectionAfter } from './connection-after';
import type { Connection } from './log-source';
import { pause } from './pause';

export interface ConnectionLoopParts {
  /**
   * One attempt to connect, which lasts as long as the connection. `isUp` is called once there is one.
   * @returns whether the stream has ended
   */
  readonly attempt: (isUp: () => void, signal: AbortSignal) => Promise<boolean>;
  /** The stream existed before. */
  readonly isKnown: () => boolean;
  /** What was loaded may be wrong. */
  readonly onReload: () => void;
  readonly onChanged: () => void;
}

/** Connects again and again, with growing pauses, until the stream has ended or there is a reason to stop. */
export class ConnectionLoop {
  #connection: Connection = { kind: 'connecting' };
  #failures = 0;
  #since = 0;
  #wasGone = false;
  #isRunning = false;
  #wake = new AbortController();

  constructor(
    private readonly parts: ConnectionLoopParts,
    private readonly closed: AbortSignal,
  ) {}

  get connection(): Connection {
    return this.#connection;
  }

  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (!this.closed.aborted && !(await this.#once()));
    this.#isRunning = false;
  }

  /** Tries now if it waits, and again if it had stopped. */
  retry(): void {
    if (this.#connection.kind === 'away') this.#wake.abort();
    void this.run();
  }

  /** The connection that there is, or is being made, is of no use: make another one. */
  reconnect(): void {
    this.#wake.abort();
  }

  /** A request beside this connection has failed. @returns when to try it again, undefined for never */
  failedBeside(error: unknown): number | undefined {
    const consequence = connectionAfter(error, this.parts.isKnown(), false);
    if (consequence.kind === 'stop') {
      this.#set(consequence.connection);
      this.#wake.abort();
      return undefined;
    }
    if (consequence.kind === 'reload') {
      this.#reload();
      this.#wake.abort();
      void this.run();
    }
    const pauseMs = retryPauseMs(error, 1);
    if (this.#connection.kind === 'ended') this.#setAway(error, pauseMs);
    return pauseMs;
  }

  /** A request beside this connection has an answer. */
  workedBeside(): void {
    if (this.#connection.kind === 'away' && !this.#isRunning) this.#set({ kind: 'ended' });
  }

  /** @returns whether it stops here */
  async #once(): Promise<boolean> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.closed, this.#wake.signal]);
    let error: unknown;
    try {
      if (await this.parts.attempt(() => this.#isUp(), signal)) {
        this.#set({ kind: 'ended' });
        return true;
      }
    } catch (thrown) {
      error = thrown;
    }
    if (this.closed.aborted || (this.#wake.signal.aborted && isFinal(this.#connection))) return true;
    return this.#wake.signal.aborted ? false : this.#failed(error);
  }

  #isUp(): void {
    this.#failures = 0;
    this.#wasGone = false;
    this.#set({ kind: 'live' });
  }

  async #failed(error: unknown): Promise<boolean> {
    const consequence = connectionAfter(error, this.parts.isKnown(), this.#wasGone);
    this.#wasGone = error instanceof ApiError && error.status === 410;
    if (consequence.kind === 'stop') {
      this.#set(consequence.connection);
      return true;
    }
    if (consequence.kind === 'reload') {
      this.#reload();
      return false;
    }
    const pauseMs = retryPauseMs(error, this.#failures);
    if (this.#failures === 0) this.#since = Date.now();
    this.#failures += 1;
    this.#setAway(error, pauseMs);
    this.#wake = new AbortController();
    await pause(pauseMs, AbortSignal.any([this.closed, this.#wake.signal]));
    return this.closed.aborted;
  }

  #reload(): void {
    this.parts.onReload();
    this.#set({ kind: 'connecting' });
  }

  #setAway(error: unknown, pauseMs: number): void {
    if (this.#connection.kind !== 'away' && this.#failures <= 1) this.#since = Date.now();
    const reason = error instanceof ApiError ? error.message : 'The connection was closed';
    this.#set({ kind: 'away', since: this.#since, retryAt: Date.now() + pauseMs, reason });
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    this.parts.onChanged();
  }
}

/** There is nothing to come. */
function isFinal({ kind }: Connection): boolean {
  return (
    kind === 'gone' || kind === 'replaced' || kind === 'failed' || kind === 'refused' || kind === 'missing'
  );
}
