/**
 * away    Redis cannot be reached, or cannot serve right now. Whether the command took effect is unknown unless Redis answered.
 * full    Redis refuses to write for want of memory or disk.
 * damaged what is stored is not what this program stores: a key of another type, or a value that a script cannot use.
 * final   repeating will not help.
 */
export type FailureKind = 'away' | 'full' | 'damaged' | 'final';

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

/** Another node of the Cluster has the key, or may have it. */
export function isRedirect(error: unknown): boolean {
  return isReplyError(error) && /^(?:MOVED|ASK)\b/.test(error.message);
}

/** An answer of Redis itself, in contrast to a lost connection or a timeout. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
