import type { Expiry, LogInfo } from '../log/log';

/**
 * How much longer than its ttl a log lives after a touch, in milliseconds at the most. While more than the ttl is left a touch
 * changes nothing, so many reads in a short time cost one write, and yet no log goes early.
 */
const SLACK_MS_MAX = 60_000;

/** When a log with this expiry ends that is made now, by the clock of its store if it ends when idle. Unix milliseconds. */
export function firstExpiry(expiry: Expiry, now: number): number {
  return expiry.kind === 'at' ? expiry.at : now + expiry.ttlMs;
}

/** The log after it was touched: the very same object where its end need not move. */
export function touched(info: LogInfo, now: number): LogInfo {
  const { expiry, expiresAt } = info;
  if (expiry?.kind !== 'idle' || expiresAt === undefined || expiresAt >= now + expiry.ttlMs) return info;
  return { ...info, expiresAt: now + expiry.ttlMs + slackOf(expiry.ttlMs) };
}

/** @param wall what the clock of the system says, for a log that ends at a given time. `now` is that of its store */
export function hasExpired({ expiry, expiresAt }: LogInfo, now: number, wall = now): boolean {
  return expiresAt !== undefined && expiresAt <= (expiry?.kind === 'at' ? wall : now);
}

function slackOf(ttlMs: number): number {
  return Math.min(Math.floor(ttlMs / 10), SLACK_MS_MAX);
}
