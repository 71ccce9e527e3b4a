import type { Expiry, LogInfo } from '../log/log';
import type { SteadyClock } from '../scheduling/steady-clock';

/** How much longer than its TTL a log may live after a touch, in milliseconds, so that many reads in a short time cost one write. */
const SLACK_MS_MAX = 60_000;

/** When a log that is created now expires. Unix milliseconds, by the store's clock if it expires when idle. */
export function firstExpiry(expiry: Expiry, now: number): number {
  return expiry.kind === 'at' ? expiry.at : now + expiry.ttlMs;
}

/** The log after a touch: the very same object if its expiry does not move. */
export function touched(info: LogInfo, now: number): LogInfo {
  const { expiry, expiresAt } = info;
  if (expiry?.kind !== 'idle' || expiresAt === undefined || expiresAt >= now + expiry.ttlMs) return info;
  return { ...info, expiresAt: now + expiry.ttlMs + slackOf(expiry.ttlMs) };
}

/** @param now by the store's clock @param wall by the system's clock, which counts for a log that expires at a given time */
export function hasExpired({ expiry, expiresAt }: LogInfo, now: number, wall = now): boolean {
  return expiresAt !== undefined && expiresAt <= (expiry?.kind === 'at' ? wall : now);
}

function slackOf(ttlMs: number): number {
  return Math.min(Math.floor(ttlMs / 10), SLACK_MS_MAX);
}

/** The same for a store with this clock. */
export function hasExpiredBy(clock: SteadyClock, info: LogInfo, now?: number): boolean {
  // First: most logs have no expiry, and need no clock.
  if (info.expiresAt === undefined) return false;
  const time = now ?? clock.now();
  return hasExpired(info, time, clock.wallAt(time));
}
