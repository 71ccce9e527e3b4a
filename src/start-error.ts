import { errorCodeOf, messageOf } from './core/log/errors';

/** The server cannot start in this environment, such as when its port is taken. The message is printed without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'permission denied (ports below 1024 need root)'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['ENOTFOUND', 'unknown host'],
]);

/** Explains why listening on a port failed. @param option of the command line that chooses the port */
export function listenFailureReason(error: unknown, option: string): string {
  const code = errorCodeOf(error);
  if (code === 'EADDRINUSE') return `another process uses the port; choose another with ${option}`;
  return REASONS.get(code) ?? messageOf(error);
}
