import type { Warn } from '../../core/store/warnings';

const QUIET_MS = 10_000;

/** Passes on the same message at most once in ten seconds: with an upstream down, each packet causes it. */
export function limitWarnings(warn: Warn): Warn {
  const lastWarned = new Map<string, number>();
  return (message, details) => {
    const now = performance.now();
    if (now - (lastWarned.get(message) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    lastWarned.set(message, now);
    warn(message, details);
  };
}
