/**
 * What a failure of Redis means for a caller.
 *
 * away    Redis cannot be reached, or cannot serve now. Unless Redis replied, the command may have taken effect.
 * full    Redis refuses writes for lack of memory or disk.
 * damaged Redis holds something that this program does not store: a key of another type, or a value that a script cannot use.
 * final   a retry would fail too.
 */
type FailureKind = 'away' | 'full' | 'damaged' | 'final';

/** Replies of a Redis that is starting, failing over, or being resharded. */
const PASSING =
  /^(?:EXECABORT .*: )?(?:READONLY|LOADING|UNBLOCKED|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|MASTERDOWN|NOREPLICAS|BUSY|NOSCRIPT)\b/;
const DAMAGED = /^(?:EXECABORT .*: )?WRONGTYPE\b|^ERR user_script:\d+: /;
const FULL = /^(?:EXECABORT .*: )?(?:OOM|MISCONF)\b/;

export function failureKind(error: unknown): FailureKind {
  if (!isReplyError(error)) return 'away';
  if (FULL.test(error.message)) return 'full';
  if (DAMAGED.test(error.message)) return 'damaged';
  return PASSING.test(error.message) ? 'away' : 'final';
}

/** Whether another node of the Cluster has the key, or may have it. */
export function isRedirect(error: unknown): boolean {
  return isReplyError(error) && /^(?:MOVED|ASK)\b/.test(error.message);
}

/** Whether Redis itself replied with this error, in contrast to a lost connection or a timeout. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
