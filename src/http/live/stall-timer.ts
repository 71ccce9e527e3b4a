import type { ServerResponse } from 'node:http';

/**
 * Cuts a consumer after `stalledMs`. They begin when its response gets the connection: before that, it cannot take anything.
 * @returns stops that
 */
export function startStallTimer(res: ServerResponse, stalledMs: number): () => void {
  let stalled: NodeJS.Timeout | undefined;
  const begin = (): void => {
    stalled = setTimeout(() => res.destroy(), stalledMs);
  };
  if (res.socket === null) res.once('socket', begin);
  else begin();
  return () => {
    clearTimeout(stalled);
    res.off('socket', begin);
  };
}
