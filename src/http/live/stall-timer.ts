import type { ServerResponse } from 'node:http';
import { cut } from '../errors/cut';

/** Cuts a response `stalledMs` after it has got its connection: before that, its consumer can take nothing. @returns stops the timer */
export function startStallTimer(res: ServerResponse, stalledMs: number): () => void {
  let stalled: NodeJS.Timeout | undefined;
  const begin = (): void => {
    stalled = setTimeout(() => cut(res, 'stalled'), stalledMs);
  };
  if (res.socket === null) res.once('socket', begin);
  else begin();
  return () => {
    clearTimeout(stalled);
    res.off('socket', begin);
  };
}
