import { whenAborted } from './when-aborted';

export interface BackoffOptions {
  /** The longest first wait. It doubles with each failure. Default 100. */
  readonly baseMs?: number;
  /** The longest wait, unless the server's Retry-After is longer. Default 5,000. */
  readonly capMs?: number;
  /** How long retries may fail in a row. Default: forever. */
  readonly giveUpAfterMs?: number;
}

/** @throws the signal's reason when it aborts */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      ignore();
      resolve();
    }, ms);
    const ignore = whenAborted(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
