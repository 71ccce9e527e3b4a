import type { ServerResponse } from 'node:http';
import type { CutReason } from '../../metrics/meters';

const reasons = new WeakMap<ServerResponse, CutReason>();

/** Notes why the connection of a consumer is about to be cut. The first reason counts. */
export function noteCut(res: ServerResponse, reason: CutReason): void {
  if (!reasons.has(res)) reasons.set(res, reason);
}

/** Cuts the connection of a consumer. */
export function cut(res: ServerResponse, reason: CutReason): void {
  noteCut(res, reason);
  res.destroy();
}

export function cutReasonOf(res: ServerResponse): CutReason | undefined {
  return reasons.get(res);
}
