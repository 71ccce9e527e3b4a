import { errorCodeOf, messageOf } from './core/log/errors';

/** The server cannot start in this environment, such as when its port is taken. The message is printed without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EADDRINUSE', 'another process uses the port'],
  ['EACCES', 'permission denied (ports below 1024 need root)'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['ENOTFOUND', 'unknown host'],
]);

/** Explains why listening on a port failed. */
export function listenFailureReason(error: unknown): string {
  return REASONS.get(errorCodeOf(error)) ?? messageOf(error);
}
