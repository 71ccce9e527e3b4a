import { setTimeout as delay } from 'node:timers/promises';

interface PauseOptions {
  /** Whether the pause keeps the process running. Default: it does. */
  readonly ref?: boolean;
}

/** Resolves after `ms` milliseconds, or once `signal` aborts. It never rejects: the caller's loop tests the signal anyway. */
export async function pause(ms: number, signal?: AbortSignal, options?: PauseOptions): Promise<void> {
  await delay(ms, undefined, { ...options, ...(signal && { signal }) }).catch(() => {});
}
