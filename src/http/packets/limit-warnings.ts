const QUIET_MS = 10_000;

type Warn = (message: string, details: object) => void;

/** Says the same thing no more than once in ten seconds: with an upstream down, every packet has the same to tell. */
export function limitWarnings(warn: Warn): Warn {
  const lastSaid = new Map<string, number>();
  return (message, details) => {
    const now = performance.now();
    if (now - (lastSaid.get(message) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    lastSaid.set(message, now);
    warn(message, details);
  };
}
