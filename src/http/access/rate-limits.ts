import type { TokenRates } from '../../config/tokens';
import { RequestError } from '../errors/request-error';
import { TokenBucket } from './token-bucket';

const MINUTE_S = 60;
/** After which a client tries again that has too many requests in progress: when one of them ends is not known. */
const BUSY_MS = 1_000;

/** How fast the requests with one credential may be, at this process. All of them share it. */
export class RateLimits {
  readonly #bytes: TokenBucket | undefined;
  readonly #streams: TokenBucket | undefined;

  constructor(readonly rates: TokenRates) {
    const { bytesPerSecond, streams } = rates;
    if (bytesPerSecond !== undefined) this.#bytes = new TokenBucket(bytesPerSecond, bytesPerSecond);
    if (streams !== undefined) this.#streams = new TokenBucket(streams / MINUTE_S, streams);
  }

  /** Whether the bytes that it sends are counted. */
  get areBytesLimited(): boolean {
    return this.#bytes !== undefined;
  }

  /** Counts bytes that have come. @returns for how many milliseconds no more may come */
  received(bytes: number): number {
    return this.#bytes?.take(bytes) ?? 0;
  }

  /** @param inProgress requests, without the new one @returns why it is refused, if it is */
  refusalOf(inProgress: number, hasBody: boolean): RequestError | undefined {
    const { connections, bytesPerSecond } = this.rates;
    if (connections !== undefined && inProgress >= connections)
      return limited('connections', `has ${connections} requests in progress, as many as it may`, BUSY_MS);
    const waitMs = hasBody ? (this.#bytes?.debtMs ?? 0) : 0;
    return waitMs > 0
      ? limited('bytesPerSecond', `sends more than its ${bytesPerSecond} bytes per second`, waitMs)
      : undefined;
  }

  /** Counts a stream that is about to be created. @throws RequestError `RATE_LIMITED` */
  assertMayCreate(): void {
    const waitMs = this.#streams?.tryTake() ?? 0;
    if (waitMs > 0)
      throw limited(
        'streams',
        `has created as many streams as it may: ${this.rates.streams} per minute`,
        waitMs,
      );
  }
}

function limited(limit: keyof TokenRates, problem: string, waitMs: number): RequestError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new RequestError(
    'RATE_LIMITED',
    `The token ${problem}`,
    { 'Retry-After': String(seconds) },
    { limit },
  );
}
