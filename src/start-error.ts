import { types } from 'node:util';
import { messageOf } from './core/log/errors';

/** The server cannot start, through no fault of its own. The message is a sentence for whoever started it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EADDRINUSE', 'another process listens there'],
  ['EACCES', 'this user may not (ports below 1024 are for root)'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['ENOTFOUND', 'there is no such host'],
]);

/** Why a port cannot be listened on, in words. */
export function listenFailureReason(error: unknown): string {
  const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
  return REASONS.get(code) ?? messageOf(error);
}
