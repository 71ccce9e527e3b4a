import { LogError, messageOf } from '../../core/log/errors';
import { failureKind } from './failure-kind';
import { failureReason, UNEXPECTED } from './failure-reasons';

/** How many different unexpected replies are logged. */
const LOGGED_MAX = 100;

/** Words the failures of Redis: `Redis at localhost:6379: connection refused; trying again`. The original text is in the `cause`. */
export class ErrorWording {
  /** Why there is no connection, if known. */
  #unconnected: string | undefined;
  readonly #logged = new Set<string>();

  /** @param target the Redis, as `describeTarget` names it */
  constructor(
    private readonly target: string,
    private readonly warn: (message: string, details?: object) => void,
  ) {}

  /** The connection was lost, or could not be made. */
  disconnected(error: unknown): void {
    this.#unconnected = failureReason(error) ?? this.#unconnected;
  }

  connected(): void {
    this.#unconnected = undefined;
  }

  /** `Redis at localhost:6379: connection refused` */
  describe(error: unknown): string {
    return `${this.target}: ${failureReason(error) ?? this.#unconnected ?? 'connection lost'}`;
  }

  toLogError(error: unknown): LogError {
    if (error instanceof LogError) return error;
    const sentence = this.describe(error);
    if (failureReason(error) === UNEXPECTED) this.#logOnce(messageOf(error));
    switch (failureKind(error)) {
      case 'full':
        return new LogError('STORE_FULL', sentence, { cause: error });
      case 'away':
        return new LogError('STORE_UNAVAILABLE', `${sentence}; trying again`, { cause: error });
      case 'damaged':
        return new LogError('STORE_DAMAGED', `${this.target} holds something unexpected`, { cause: error });
      case 'final':
        return new LogError('STORE_UNAVAILABLE', sentence, { cause: error });
    }
  }

  /** Many requests may fail for one reason. */
  #logOnce(reason: string): void {
    if (this.#logged.has(reason) || this.#logged.size === LOGGED_MAX) return;
    this.#logged.add(reason);
    this.warn(`${this.target} gave an unexpected answer`, { reason });
  }
}
