import { ApiError } from './api-error';

const FIRST_MS = 500;
const MAX_MS = 15_000;

/**
 * How long to wait before the next attempt. A part of it is random, so that the pages of many people do not come back in the same moment.
 * @param failures how many attempts have failed before
 */
export function retryPauseMs(error: unknown, failures: number): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(MAX_MS, FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2);
}
