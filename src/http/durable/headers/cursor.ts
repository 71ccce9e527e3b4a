/** Cursors count intervals from there (PROTOCOL.md, 10.1). */
const EPOCH_MS = Date.UTC(2024, 9, 9);
const INTERVAL_SECONDS = 20;
const JITTER_SECONDS_MAX = 3_600;
/** A client may send anything back. Beyond it the next cursor would not be greater any more. */
const CURSOR_MAX = 1e12;

/** The cursor of a live answer, greater than the client's (`seen`), so that no cache repeats an empty response forever. */
export function nextCursor(seen: string | undefined, now = Date.now(), random = Math.random): string {
  const current = Math.floor((now - EPOCH_MS) / (INTERVAL_SECONDS * 1_000));
  const previous = seen !== undefined && /^\d{1,13}$/.test(seen) ? Number(seen) : -1;
  if (previous < current || previous > CURSOR_MAX) return String(current);
  const jitter = 1 + Math.floor(random() * JITTER_SECONDS_MAX);
  return String(previous + Math.ceil(jitter / INTERVAL_SECONDS));
}
