import type { Backlog } from './backlog';

/** Waits for bytes that are not acknowledged, or the end of the source, at most for `ms`. @throws the signal's reason when it aborts */
export async function waitForBytes(backlog: Backlog, signal: AbortSignal, ms: number): Promise<void> {
  const until = performance.now() + ms;
  for (;;) {
    signal.throwIfAborted();
    const left = until - performance.now();
    if (backlog.end > backlog.acknowledged || backlog.ended || left <= 0) return;
    await backlog.waitForChange(left);
  }
}
