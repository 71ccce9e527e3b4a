import type { ServerResponse } from 'node:http';

/** Aborts when the connection closes: no client would read the result. */
export function signalOfClient(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (res.closed) controller.abort();
  else res.once('close', () => controller.abort());
  return controller.signal;
}
