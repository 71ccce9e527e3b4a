import { durationText } from '../../words/durations';
import { type Io, say } from './io';

/** When an outage is reported, and then each minute. */
const FIRST_MS = 10_000;
const MINUTE_MS = 60_000;

/** What an outage is about. */
export interface OutageSubject {
  /** How many bytes wait for the server. Absent: none are sent. */
  readonly pendingBytes?: () => number;
  /** Whether the command has `--give-up-after`. */
  readonly canGiveUp: boolean;
}

/** Reports how long the server has been away: a command that waits for it looks as if it did nothing. */
export class Outage {
  #since: number | undefined;
  #reason = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly io: Io,
    private readonly subject: OutageSubject,
  ) {}

  /** Begins, unless it goes on already. @param reason why there is no answer, as far as is known */
  goOn(reason: string): void {
    this.#reason = reason;
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#reportIn(FIRST_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#since = undefined;
  }

  #reportIn(ms: number): void {
    this.#timer = setTimeout(() => {
      const elapsed = performance.now() - (this.#since ?? 0);
      say(this.io, this.#text(Math.round(elapsed / 1_000) * 1_000));
      this.#reportIn(MINUTE_MS - (elapsed % MINUTE_MS));
    }, ms).unref();
  }

  #text(elapsed: number): string {
    const { pendingBytes, canGiveUp } = this.subject;
    const waiting = pendingBytes === undefined ? '' : `; ${pendingBytes()} bytes wait`;
    return `after ${durationText(elapsed)} still ${this.#reason}${waiting}${canGiveUp ? '; --give-up-after DURATION limits that' : ''}`;
  }
}
