const LEAD_MS = 1_000;

/**
 * Runs `action` with a moment that is to come, and again with a later one if it was not done by then, or failed after it: on a machine
 * with other work each step may take long.
 */
export async function inTime<T>(
  action: (moment: number) => Promise<T>,
): Promise<{ moment: number; done: T }> {
  for (let lead = LEAD_MS; ; lead *= 2) {
    const moment = Date.now() + lead;
    try {
      const done = await action(moment);
      if (Date.now() < moment) return { moment, done };
    } catch (error) {
      if (Date.now() < moment) throw error;
    }
  }
}
