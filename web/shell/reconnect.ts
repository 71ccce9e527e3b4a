import { ApiError, isAbort } from './api-error';
import { retryPauseMs } from './retry-pause';

/** How a lost connection is reported. */
export interface ConnectionReports {
  /** It was lost, or was not made. `next`: when it is tried again. */
  lost(error: unknown, since: Date, next: Date): void;
  /** It will not be tried again: the server does not allow it. */
  refused(error: unknown): void;
}

/**
 * Keeps a connection: runs `connect` again whenever it ends, with growing, random pauses, until the signal aborts or the server refuses.
 * `connect` calls `isUp` once it has an answer.
 */
export async function keepConnected(
  connect: (isUp: () => void) => Promise<void>,
  reports: ConnectionReports,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let since = new Date();
  const isUp = (): void => {
    failures = 0;
  };
  while (!signal.aborted) {
    const error = await failureOf(connect(isUp));
    if (signal.aborted) return;
    if (isRefusal(error)) return reports.refused(error);
    if (failures === 0) since = new Date();
    const pauseMs = retryPauseMs(error, failures++);
    reports.lost(error, since, new Date(Date.now() + pauseMs));
    await pause(pauseMs, signal);
  }
}

async function failureOf(run: Promise<void>): Promise<unknown> {
  try {
    await run;
    return new ApiError(0, 'unreachable', 'The connection was closed');
  } catch (error) {
    return error;
  }
}

function isRefusal(error: unknown): boolean {
  return isAbort(error) || (error instanceof ApiError && !error.isTemporary);
}

/** Also ends when the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      ended.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { signal: ended.signal });
    window.addEventListener('online', end, { signal: ended.signal });
  });
}
