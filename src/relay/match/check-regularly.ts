const FAILURES_MAX = 3;

/** Calls `check` every `intervalMs`, and `onLost` when it returns `false` or has failed three times in a row. @returns stops it */
export function checkRegularly(
  intervalMs: number,
  check: () => Promise<boolean>,
  onLost: () => void,
): () => void {
  let failures = 0;
  const run = async (): Promise<void> => {
    try {
      failures = (await check()) ? 0 : FAILURES_MAX;
    } catch {
      // The store is away. The next check may succeed.
      failures += 1;
    }
    if (failures >= FAILURES_MAX) onLost();
  };
  const timer = setInterval(() => void run(), intervalMs).unref();
  return () => clearInterval(timer);
}
